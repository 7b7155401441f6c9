"""Lets the tests of every room import the model server that stands in `tests/model`."""

from __future__ import annotations

import os
import sys

sys.path.append(os.path.join(os.path.dirname(__file__), "model"))
