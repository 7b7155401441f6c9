"""The declarations of the commands that run agents by themselves: `replay`, `batch` (`docs/cli.md`)."""

from __future__ import annotations

from octavo.cli.exec_options import SANDBOX_MODES
from octavo.cli.words.spec import Command, Option, Positional

REPLAY = Command(
    "replay",
    "Play a recorded run against the code of now, and tell what differs",
    run="octavo.cli.replay:run",
    options=(
        Option("-p", "--profile", value="CONFIG_PROFILE", about="With this profile of config.toml"),
        Option("-C", "--cd", value="DIR", path=True, about="The folder to copy, in the place of that of the run"),
        Option("--commit", value="COMMIT", about="Work in this commit, not in the folder as it is"),
        Option("-s", "--sandbox", value="SANDBOX_MODE", choices=SANDBOX_MODES, about="What commands may touch"),
        Option("--keep-going", about="Go on after a difference"),
        Option("--exact", about="Count times, process ids and temporary paths as differences, too"),
        Option("--from", value="N", about="Let a live model give the N-th answer and all behind it"),
        Option("--json", about="As JSON"),
    ),
    positionals=(
        Positional("SESSION", "A session (id, its beginning, or file), or a file of exec --record", required=True),
    ),
    examples=(
        ("octavo replay 01a2", "the session whose id begins so, in a copy of its folder"),
        ("octavo replay run.jsonl --commit v1.2 --json", "a recording against a commit, for scripts"),
    ),
)

BATCH = Command(
    "batch",
    "Run many tasks side by side, each in a work tree of its own",
    run="octavo.cli.batch:run",
    options=(
        Option("-m", "--model", value="MODEL", about="The model to ask, where a task names none"),
        Option("-p", "--profile", value="CONFIG_PROFILE", about="With this profile of config.toml"),
        Option("-s", "--sandbox", value="SANDBOX_MODE", choices=SANDBOX_MODES, about="Default: workspace-write"),
        Option("-o", "--output", value="FILE", path=True, about="The results (default: TASKS with .results.jsonl)"),
        Option("-j", "--jobs", value="N", about="How many at a time (default: one for each processor)"),
        Option("--retry", value="RULE", choices=("never", "transient", "always"), about="Default: transient"),
        Option("--retries", value="N", about="How often at most (default: 2)"),
        Option("--again", about="Run those once more that failed in an earlier call"),
        Option("--ephemeral", about="Save no sessions"),
        Option("--keep", about="Leave the work trees in place"),
        Option("--ray", value="ADDRESS", about="On this Ray cluster; local starts one here"),
    ),
    positionals=(Positional("TASKS", "A file with one task a line, as JSON", required=True),),
    examples=(
        ("octavo batch tasks.jsonl --jobs 8", "results in tasks.results.jsonl; the same line goes on after a kill"),
        ("octavo batch tasks.jsonl --ray auto", "on the cluster that this machine belongs to"),
    ),
)
