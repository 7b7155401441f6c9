"""The cases: what is asked of an executable, what the model says, and what a right run looks like."""

from __future__ import annotations

from typing import NamedTuple

from answers import Script
from conversation import ID

SANDBOXED = ("exec", "-s", "workspace-write")
LINE = "x" * 79


class Case(NamedTuple):
    """One thing to measure. Without a script no model takes part.

    `leaves` names a file that the command makes in its workspace once it is through: the proof of success where the
    form of the output that the model is shown differs between releases.
    """

    name: str
    what: str
    runs: int
    arguments: tuple[str, ...]
    script: Script | None = None
    saved_turns: int = 0
    leaves: str = ""


CASES = (
    Case("one-turn", "one question, one short answer", 15, (*SANDBOXED, "go"), Script()),
    Case("shell-100", "100 sandboxed commands, one per reply", 5, (*SANDBOXED, "go"), Script(calls=100)),
    Case(
        "deltas-50k",
        "one answer in 50,000 pieces, as through a proxy that buffers",
        7,
        (*SANDBOXED, "go"),
        Script(deltas=50_000, is_flushed=False),
    ),
    Case(
        "deltas-50k-flushed",
        "one answer in 50,000 pieces, each in an HTTP chunk of its own",
        7,
        (*SANDBOXED, "go"),
        Script(deltas=50_000),
    ),
    Case(
        "output-20mb",
        "one sandboxed command that prints 20 MB",
        7,
        (*SANDBOXED, "go"),
        Script(calls=1, command=f"yes {LINE} | head -c 20000000 && touch printed"),
        leaves="printed",
    ),
    Case("version", "print the version", 15, ("--version",)),
    Case(
        "resume-2000",
        "one more turn in a saved conversation of 2,000",
        7,
        (*SANDBOXED, "resume", ID, "go on"),
        Script(),
        saved_turns=2_000,
    ),
)

ESCAPED = "escaped"
WARM_UP = Case(
    "warm-up",
    "one command that tries to write outside its workspace",
    1,
    (*SANDBOXED, "go"),
    Script(calls=1, command=f'touch "$CODEX_HOME/../{ESCAPED}"'),
)
