"""Stdin and stdout for the protocol alone."""

from __future__ import annotations

import os


def claim_stdio() -> tuple[int, int]:
    """Private descriptors for what stdin and stdout were: nobody inherits them.

    Descriptor 0 then reads nothing, and descriptor 1 is stderr: a stray print of some
    library or a child that reads its stdin can neither spoil nor steal a message.
    """
    incoming, outgoing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return incoming, outgoing
