"""`octavo` without a command."""

from __future__ import annotations

import sys

from octavo.cli.words.invocation import Invocation


def run(_: Invocation) -> int:
    """There is no terminal interface: say what there is instead."""
    sys.stderr.write('octavo: there is no interactive terminal yet; use: octavo exec "PROMPT" (see octavo --help)\n')
    return 1
