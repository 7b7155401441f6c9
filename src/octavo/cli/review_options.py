"""The declaration of `octavo review` (`docs/exec.md`, "Reviews")."""

from __future__ import annotations

from octavo.cli.exec_options import OPTIONS, REVIEW_TARGETS
from octavo.cli.words.spec import Command, Positional

REVIEW = Command(
    "review",
    "Let a reviewer look at changes, without a terminal",
    run="octavo.cli.exec_review:review_alone",
    options=(*REVIEW_TARGETS, *OPTIONS),
    positionals=(Positional("PROMPT", "What to review, in your words; -: read from stdin"),),
    examples=(
        ("octavo review", "what is not committed yet"),
        ("octavo review --base main", "this branch, as in a pull request"),
    ),
)
