"""The declarations of `octavo permissions` and `octavo execpolicy`."""

from __future__ import annotations

from octavo.cli.words.spec import Command, Option, Positional

PERMISSIONS = Command(
    "permissions",
    "Show, try and remove rules on commands",
    commands=(
        Command(
            "list",
            "All rules, and what is wrong with their files",
            run="octavo.cli.permissions.manage:list_all",
            options=(Option("--json", about="As JSON"),),
        ),
        Command(
            "check",
            "What the rules say about a command line, here",
            run="octavo.cli.permissions.manage:check",
            positionals=(Positional("COMMAND", "A line of shell, as one word", required=True),),
        ),
        Command(
            "remove",
            "Remove a rule",
            run="octavo.cli.permissions.manage:remove",
            positionals=(Positional("ID", "The rule, as the list names it", required=True),),
        ),
    ),
    examples=(
        ('octavo permissions check "git push"', "would it be asked about?"),
        ("octavo permissions list", "what was allowed for good"),
    ),
)

EXECPOLICY = Command(
    "execpolicy",
    "Try files of rules on a command",
    hidden=True,
    commands=(
        Command(
            "check",
            "Which rules match, as JSON",
            run="octavo.cli.permissions.try_files:check",
            options=(
                Option("-r", "--rules", value="FILE", path=True, repeat=True, required=True, about="A file of rules"),
                Option("--pretty", about="Over several lines"),
            ),
            positionals=(Positional("COMMAND", "The program and its arguments, as they are", rest=True),),
        ),
    ),
)
