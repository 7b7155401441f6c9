"""The declaration of `octavo worktree`."""

from __future__ import annotations

from octavo.cli.words.spec import Command, Option, Positional

_NAME = (Positional("NAME", "The worktree, as the list names it", required=True),)

WORKTREE = Command(
    "worktree",
    "List, merge and remove worktrees that agents worked in",
    commands=(
        Command(
            "list",
            "Worktrees of this repository, and what they hold",
            run="octavo.cli.worktree.manage:list_all",
            options=(Option("--json", about="As JSON"),),
        ),
        Command(
            "merge",
            "Bring a worktree's work into this checkout",
            run="octavo.cli.worktree.manage:merge",
            positionals=_NAME,
        ),
        Command(
            "remove",
            "Remove a worktree, unless something would be lost",
            run="octavo.cli.worktree.manage:remove",
            positionals=_NAME,
        ),
    ),
    examples=(
        ('octavo exec --full-auto --worktree --worktree-name fix "Mend the test"', "work in one of its own"),
        ("octavo worktree merge fix", "bring the work here"),
    ),
)
