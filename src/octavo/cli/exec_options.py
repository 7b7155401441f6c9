"""The declaration of `octavo exec` (`docs/exec.md`)."""

from __future__ import annotations

from octavo.cli.later_options import LATER_OPTIONS
from octavo.cli.words.spec import Command, Option, Positional

COLORS = ("always", "never", "auto")
SANDBOX_MODES = ("read-only", "workspace-write", "danger-full-access")
BYPASS = "--dangerously-bypass-approvals-and-sandbox"

REVIEW_TARGETS = (
    Option(
        "--uncommitted",
        about="What is staged, changed or new (the default)",
        conflicts=("--base", "--commit"),
    ),
    Option("--base", value="BRANCH", about="What this branch changes against that one", conflicts=("--commit",)),
    Option("--commit", value="SHA", about="What this commit changes"),
    Option("--title", value="TITLE", about="What the commit is called"),
)
REVIEW_EXAMPLES = (
    ("octavo exec review", "what is not committed yet"),
    ("octavo exec review --base main", "this branch, as in a pull request"),
)

# Valid before and after `resume`: clients put pictures after it and everything else before.
OPTIONS = (
    Option("-m", "--model", value="MODEL", about="The model to ask"),
    Option("-s", "--sandbox", value="SANDBOX_MODE", choices=SANDBOX_MODES, about="What commands may touch"),
    Option("--full-auto", about="Same as --sandbox workspace-write, and stronger", conflicts=(BYPASS,)),
    Option(BYPASS, about="No sandbox at all: only where something else confines it", hidden_names=("--yolo",)),
    Option("--add-dir", value="DIR", repeat=True, path=True, about="One more folder to write in, for workspace-write"),
    Option("-C", "--cd", value="DIR", path=True, about="The folder to work in"),
    Option("--thread-source", value="SOURCE", hidden=True, about="Saved with a new session"),
    Option("--skip-git-repo-check", about="Also work outside of git repositories"),
    Option("-p", "--profile", value="CONFIG_PROFILE", about="A profile of config.toml"),
    Option("--oss", about="Ask a model of the local Ollama server"),
    Option("--local", about="Ask the built-in local model: needs no key and no network", conflicts=("--oss",)),
    Option("-i", "--image", value="FILE", greedy=True, path=True, about="Pictures for the model, before the prompt"),
    Option("--output-schema", value="FILE", path=True, about="A JSON Schema for the last message"),
    Option("-o", "--output-last-message", value="FILE", path=True, about="Also write the last message to a file"),
    Option("--max-turns", value="N", about="Stop after so many calls of the model (exit code 4)"),
    Option("--max-tokens", value="N", about="Stop after so many tokens"),
    Option("--max-cost", value="AMOUNT", about="Stop at this cost, by the prices of config.toml"),
    Option("--time-limit", value="TIME", about="Stop after this time, such as 90s or 10m"),
    Option("--ephemeral", about="Save nothing of this run"),
    Option("--worktree", about="Work in a git worktree of its own (see octavo worktree)"),
    Option("--worktree-name", value="NAME", about="The same, under this name; one that is there is used again"),
    Option("--ignore-user-config", hidden=True, about="Do not read config.toml in CODEX_HOME"),
    Option("--json", about="Write events to stdout, one JSON object a line", hidden_names=("--experimental-json",)),
    Option("--color", value="COLOR", choices=COLORS, about="Colours in the output for people (default: auto)"),
    # Clients of later releases send it; it means something to none of our providers.
    Option(
        "--cyber-access-program",
        value="PROGRAM",
        choices=("standard", "daybreak_blue", "daybreak_red"),
        hidden=True,
        about="Accepted, and of no effect",
    ),
    Option("--ignore-rules", hidden=True, about="Do not read rules on commands"),
    *LATER_OPTIONS,
    Option("--record", value="FILE", path=True, about="Write what the model answers to a file for --replay"),
    Option(
        "--replay",
        value="FILE",
        path=True,
        about="Take the model's answers from a recorded file",
        conflicts=("--record", "--local", "--oss"),
    ),
)
_RUN = "octavo.cli.exec:run"

_RESUME = Command(
    "resume",
    "Go on with a saved session",
    run=_RUN,
    options=(
        Option("--last", about="The newest session of this folder, or else of all"),
        Option("--all", about="With --last: the newest one, of whatever folder"),
        *OPTIONS,
    ),
    positionals=(
        Positional("SESSION_ID", "The id or name of the session; not with --last"),
        Positional("PROMPT", "What to do next; absent or -: read from stdin"),
    ),
    examples=(
        ('octavo exec resume --last "Now add a test"', "go on with the newest session"),
        ("octavo exec --json resume ID < prompt.txt", "go on with that session"),
    ),
    details="Model, folder and sandbox are those of this command line, not of the session.",
)

_FORK = Command(
    "fork",
    "Copy a saved session into a new one, and go on there",
    run="octavo.cli.exec:fork",
    options=OPTIONS,
    positionals=(
        Positional("SESSION_ID", "The id or name of the session, which stays as it is", required=True),
        Positional("PROMPT", "What to do next; absent or -: read from stdin"),
    ),
    examples=(('octavo exec fork ID "Try it another way"', "the session ID does not change"),),
)

_REVIEW = Command(
    "review",
    "Let a reviewer look at changes",
    run="octavo.cli.exec_review:review",
    options=(*REVIEW_TARGETS, *OPTIONS),
    positionals=(Positional("PROMPT", "What to review, in your words; -: read from stdin"),),
    examples=REVIEW_EXAMPLES,
)

EXEC = Command(
    "exec",
    "Let the agent work on one prompt, without a terminal",
    run=_RUN,
    options=(
        *OPTIONS,
        Option("--last", hidden=True, about="Before `resume`: the same as behind it"),
        Option("--all", hidden=True, about="Before `resume`: the same as behind it"),
    ),
    positionals=(Positional("PROMPT", "What to do; absent or -: read from stdin"),),
    commands=(_RESUME, _FORK, _REVIEW),
    aliases=("e",),
    program="octavo-exec",
    examples=(
        ('octavo exec "Explain this project"', "look, do not touch (unless the project is trusted)"),
        ('octavo exec --full-auto "Fix the failing test"', "may write in this folder"),
        ("octavo exec --json - < prompt.txt", "for scripts"),
    ),
    details="Progress goes to stderr, the last message alone to stdout. Nothing is ever asked back.",
)
