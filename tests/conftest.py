"""Lets the tests of every room import the model server of `tests/model` and the stories of `tests/engine`."""

from __future__ import annotations

import os
import sys

sys.path += [os.path.join(os.path.dirname(__file__), room) for room in ("model", "engine")]
