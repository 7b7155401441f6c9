"""Paths as clients give them."""

from __future__ import annotations

import os

from octavo.frontends.jsonrpc.errors import refused


def absolute(base: str, given: str) -> str:
    """The path, counted from `base` where it is relative. Raises `RequestError` for what no system call takes."""
    if "\0" in given:
        raise refused("a path cannot hold a NUL character")
    return os.path.join(base, given)
