"""The declarations of `config`, `sessions`, `usage`, `undo` and `doctor` (`docs/cli.md`)."""

from __future__ import annotations

from octavo.cli.words.spec import Command, Option, Positional

_PROFILE = Option("-p", "--profile", value="CONFIG_PROFILE", about="With this profile of config.toml")
_SOURCES = ("cli", "vscode", "exec", "mcp", "unknown")
_FORMS = ("markdown", "text", "html", "json")
_JSON = Option("--json", about="As JSON")

CONFIG = Command(
    "config",
    "Show the settings in force",
    commands=(
        Command(
            "show",
            "Value of each setting, who decided it, and keys that mean nothing",
            run="octavo.cli.config_show:show",
            options=(_PROFILE, Option("--changed", about="Only what is not a default"), _JSON),
            examples=(("octavo config show --changed", "what this machine and user have set"),),
        ),
    ),
)

_SESSION = Positional("SESSION", "A name, an id, the beginning of one, or the path of a file", required=True)

SESSIONS = Command(
    "sessions",
    "List, show, export, name, mend and archive saved sessions",
    commands=(
        Command(
            "list",
            "The newest sessions",
            run="octavo.cli.sessions.listing:list_saved",
            options=(
                Option("-n", "--limit", value="COUNT", about="How many (default: 25)"),
                Option("--after", value="CURSOR", about="Go on behind this cursor, which the list before printed"),
                Option("--provider", value="PROVIDER", repeat=True, about="Only sessions with this model provider"),
                Option("--source", value="SOURCE", choices=_SOURCES, repeat=True, about="Only sessions started there"),
                Option("--here", about="Only sessions of this folder"),
                _JSON,
            ),
            examples=(
                ("octavo sessions list --here", "sessions of this folder"),
                ("octavo sessions list --source exec --json", "for scripts"),
            ),
        ),
        Command(
            "show",
            "What was said in a session",
            run="octavo.cli.sessions.show:show",
            options=(Option("--compactions", about="What its compactions took out, and what they left"), _JSON),
            positionals=(_SESSION,),
        ),
        Command(
            "export",
            "Write a session as Markdown, plain text, HTML or JSON",
            run="octavo.cli.sessions.export:export",
            options=(
                Option("--format", value="FORMAT", choices=_FORMS, about="Default: by FILE's ending, else markdown"),
                Option("-o", "--output", value="FILE", path=True, about="A file instead of stdout"),
            ),
            positionals=(_SESSION,),
            examples=(("octavo sessions export 019a20ed -o talk.html", "as a page, into a file"),),
        ),
        Command(
            "rename",
            "Give a session a name",
            run="octavo.cli.sessions.rename:rename",
            positionals=(_SESSION, Positional("NAME", "What it is called from now on; '' for nothing", required=True)),
            examples=(("octavo sessions rename 019a20ed 'release work'", "octavo resume 'release work' goes on"),),
        ),
        Command(
            "rollback",
            "Take back the newest compaction of a session",
            run="octavo.cli.sessions.compactions:roll_back",
            positionals=(_SESSION,),
        ),
        Command(
            "archive",
            "Move a session out of the lists",
            run="octavo.cli.sessions.archive:archive",
            positionals=(_SESSION,),
        ),
        Command(
            "unarchive",
            "Put an archived session back",
            run="octavo.cli.sessions.archive:unarchive",
            positionals=(_SESSION,),
        ),
        Command(
            "delete",
            "Delete a session for good",
            run="octavo.cli.sessions.archive:delete",
            options=(Option("--force", about="Do not ask"),),
            positionals=(_SESSION,),
        ),
    ),
)

USAGE = Command(
    "usage",
    "Tokens of saved sessions by day, model and project, and what they cost",
    run="octavo.cli.usage.report:run",
    options=(
        Option("--since", value="DAY", about="From this day on: 2026-01-31, or 7d, 4w (today is the first day)"),
        _JSON,
    ),
    details="Prices are yours to give, in config.toml: docs/usage.md.",
    examples=(("octavo usage --since 7d", "the last week"), ("octavo usage --json", "for scripts")),
)

UNDO = Command(
    "undo",
    "Take back what the last turn of a session did to files",
    run="octavo.cli.undo:run",
    options=(
        Option("--turn", value="NUMBER", about="Take back this turn and all after it (default: the last one)"),
        Option("--preview", about="Show what would be done, and do nothing"),
        Option("--list", about="Show the turns that can be taken back"),
        Option("--redo", about="Take the last undoing back", conflicts=("--turn",)),
        Option("-y", "--yes", about="Overwrite what somebody else changed since, too"),
        _JSON,
    ),
    positionals=(
        Positional("SESSION", "An id, or the beginning of one (default: the newest that worked in this folder)"),
    ),
    details="Files are kept only with [undo] enabled = true in config.toml: docs/undo.md.",
    examples=(
        ("octavo undo --preview", "what would happen"),
        ("octavo undo 019a20ed --turn 2", "back to before turn 2"),
    ),
)

DOCTOR = Command(
    "doctor",
    "Check that everything works here, and say how to mend what does not",
    run="octavo.cli.doctor.report:run",
    options=(
        _PROFILE,
        Option("--offline", about="Ask no server and start no MCP server"),
        Option("--from-codex", about="Say what carries over from a folder of Codex, and what differs"),
        _JSON,
    ),
    positionals=(Positional("FOLDER", "With --from-codex: that folder (default: CODEX_HOME or ~/.codex)"),),
    examples=(("octavo doctor --from-codex", "before you change over"),),
    details="Exit code 1 if something is broken.",
)
