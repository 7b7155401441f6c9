"""The declarations of `octavo apply` and `octavo cloud` (`docs/cloud.md`)."""

from __future__ import annotations

from octavo.cli.words.spec import Command, Option, Positional

APPLY = Command(
    "apply",
    "Apply the diff of a task in the cloud to this checkout",
    run="octavo.cli.apply:run",
    positionals=(Positional("TASK_ID", "The task", required=True),),
    aliases=("a",),
)

CLOUD = Command(
    "cloud",
    "Start tasks in the cloud",
    run="octavo.cli.cloud:list_places",
    commands=(
        Command(
            "exec",
            "Start a task, and print where it can be seen",
            run="octavo.cli.cloud:run",
            options=(
                Option("--env", value="ENV_ID", required=True, about="Where it runs: an id or a label"),
                Option("--attempts", value="ATTEMPTS", about="How many tries at once, 1 to 4 (default: 1)"),
            ),
            positionals=(Positional("QUERY", "What to do; absent or -: read from stdin"),),
        ),
    ),
    hidden_aliases=("cloud-tasks",),
    program="octavo-cloud",
    examples=(
        ("octavo cloud", "the environments in which tasks can run"),
        ('octavo cloud exec --env main "Fix the tests"', "start a task"),
    ),
)
