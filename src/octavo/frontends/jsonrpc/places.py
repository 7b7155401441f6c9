"""What is named as `module:name`, so that a start does not wait for what it does not use."""

from __future__ import annotations

import functools
from typing import Any


@functools.cache
def at_place(place: str) -> Any:
    """What stands there; its module is loaded now, if it was not before."""
    module_name, _, name = place.partition(":")
    return getattr(__import__(module_name, fromlist=[name]), name)
