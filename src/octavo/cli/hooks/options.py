"""The declaration of `octavo hooks`."""

from __future__ import annotations

from octavo.cli.words.spec import Command, Option, Positional

_ID = (Positional("ID", "The hook, as the list names it", required=True),)

HOOKS = Command(
    "hooks",
    "Show hooks, and trust those of a project",
    commands=(
        Command(
            "list",
            "All hooks that count in this folder",
            run="octavo.cli.hooks.manage:list_all",
            options=(Option("--json", about="As JSON"),),
        ),
        Command("trust", "Let a hook of this project run", run="octavo.cli.hooks.manage:trust", positionals=_ID),
        Command("untrust", "Let it run no more", run="octavo.cli.hooks.manage:untrust", positionals=_ID),
    ),
    examples=(("octavo hooks list", "what runs, and what waits for your trust"),),
)
