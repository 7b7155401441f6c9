"""The declarations of `octavo archive`, `unarchive` and `delete` (`docs/sessions.md`)."""

from __future__ import annotations

from octavo.cli.words.spec import Command, Option, Positional

_SESSION = Positional("SESSION", "Its name, its id, or the beginning of its id", required=True)

ARCHIVE = Command(
    "archive",
    "Move a saved session out of the lists",
    run="octavo.cli.sessions.archive:archive",
    positionals=(_SESSION,),
    hidden=True,
)
UNARCHIVE = Command(
    "unarchive",
    "Put an archived session back into the lists",
    run="octavo.cli.sessions.archive:unarchive",
    positionals=(_SESSION,),
    hidden=True,
)
DELETE = Command(
    "delete",
    "Delete a saved session for good",
    run="octavo.cli.sessions.archive:delete",
    options=(Option("--force", about="Do not ask"),),
    positionals=(_SESSION,),
    hidden=True,
)
