"""All commands of `octavo`, in the order of its help."""

from __future__ import annotations

from octavo.cli.exec_options import BYPASS, EXEC, SANDBOX_MODES
from octavo.cli.later_options import LATER_OPTIONS, TERMINAL_ONLY
from octavo.cli.words.spec import Command, Deferred, Option, Positional

# Declared beside what they do: a run of another command does not load them.
LOGIN = Deferred(("login",), "octavo.cli.login_options:LOGIN")
LOGOUT = Deferred(("logout",), "octavo.cli.login_options:LOGOUT")
MCP = Deferred(("mcp",), "octavo.cli.mcp.options:MCP")
APPLY = Deferred(("apply", "a"), "octavo.cli.cloud_options:APPLY")
CLOUD = Deferred(("cloud", "cloud-tasks"), "octavo.cli.cloud_options:CLOUD")
CONFIG = Deferred(("config",), "octavo.cli.inspection_options:CONFIG")
SESSIONS = Deferred(("sessions",), "octavo.cli.inspection_options:SESSIONS")
ARCHIVE = Deferred(("archive",), "octavo.cli.sessions.options:ARCHIVE")
UNARCHIVE = Deferred(("unarchive",), "octavo.cli.sessions.options:UNARCHIVE")
DELETE = Deferred(("delete",), "octavo.cli.sessions.options:DELETE")
USAGE = Deferred(("usage",), "octavo.cli.inspection_options:USAGE")
UNDO = Deferred(("undo",), "octavo.cli.inspection_options:UNDO")
DOCTOR = Deferred(("doctor",), "octavo.cli.inspection_options:DOCTOR")
BATCH = Deferred(("batch",), "octavo.cli.run_options:BATCH")
REPLAY = Deferred(("replay",), "octavo.cli.run_options:REPLAY")
GENERATE_TS = Deferred(("generate-ts",), "octavo.cli.type_export_options:GENERATE_TS")
GENERATE_JSON_SCHEMA = Deferred(("generate-json-schema",), "octavo.cli.type_export_options:GENERATE_JSON_SCHEMA")
WORKTREE = Deferred(("worktree",), "octavo.cli.worktree.options:WORKTREE")
PERMISSIONS = Deferred(("permissions",), "octavo.cli.permissions.options:PERMISSIONS")
EXECPOLICY = Deferred(("execpolicy",), "octavo.cli.permissions.options:EXECPOLICY")
HOOKS = Deferred(("hooks",), "octavo.cli.hooks.options:HOOKS")
RESPONSES_API_PROXY = Deferred(("responses-api-proxy",), "octavo.cli.plumbing_options:RESPONSES_API_PROXY")
STDIO_TO_UDS = Deferred(("stdio-to-uds",), "octavo.cli.plumbing_options:STDIO_TO_UDS")

SHELLS = ("bash", "elvish", "fish", "powershell", "zsh")
_APPROVALS = ("untrusted", "on-failure", "on-request", "never")

# Scripts also put them before other commands, which do not mind them.
_TERMINAL_OPTIONS = (
    Option("-i", "--image", value="FILE", greedy=True, path=True, about="Pictures for the first message"),
    Option("-m", "--model", value="MODEL", about="The model to ask"),
    Option("--oss", about="Ask a model of the local Ollama server"),
    Option("--local", about="Answer with a model inside this process"),
    Option("-p", "--profile", value="CONFIG_PROFILE", about="A profile of config.toml"),
    Option("-s", "--sandbox", value="SANDBOX_MODE", choices=SANDBOX_MODES, about="What commands may touch"),
    Option("-a", "--ask-for-approval", value="APPROVAL_POLICY", choices=_APPROVALS, about="When to ask you"),
    Option("--full-auto", about="Work in this folder, ask for more", conflicts=(BYPASS, "--ask-for-approval")),
    Option(
        BYPASS,
        hidden_names=("--yolo",),
        conflicts=("--ask-for-approval",),
        about="No sandbox and no questions: only where something else confines it",
    ),
    Option("-C", "--cd", value="DIR", path=True, about="The folder to work in"),
    Option("--plain", about="Say everything in plain lines, for screen readers"),
    Option("--search", about="Let the model search the web"),
    Option("--add-dir", value="DIR", repeat=True, path=True, about="One more folder to write in"),
    Option("--replay", value="FILE", path=True, hidden=True, about="Take the model's answers from this recording"),
    *LATER_OPTIONS,
    *TERMINAL_ONLY,
)
_WHICH_SESSION = (
    Option("--last", about="The newest one, without asking"),
    Option("--include-non-interactive", about="Sessions of scripts and other programs, too"),
    Option("--all", hidden=True, about="Sessions of all folders, as always"),
)

REVIEW = Deferred(("review",), "octavo.cli.review_options:REVIEW")
RESUME = Command(
    "resume",
    "Go on with a saved session in the terminal",
    run="octavo.cli.terminal:resume",
    options=(*_WHICH_SESSION, *_TERMINAL_OPTIONS),
    positionals=(
        Positional("SESSION_ID", "The session; without it you choose from a list"),
        Positional("PROMPT", "A message to send at once"),
    ),
    examples=(("octavo resume", "choose from a list"), ("octavo resume --last", "the newest session")),
)
FORK = Command(
    "fork",
    "Copy a saved session into a new one, and go on there in the terminal",
    run="octavo.cli.terminal:fork",
    options=(*_WHICH_SESSION, *_TERMINAL_OPTIONS),
    positionals=(
        Positional("SESSION_ID", "The session, which stays as it is; without it you choose from a list"),
        Positional("PROMPT", "A message to send at once"),
    ),
    examples=(("octavo fork --last", "try the newest session another way"),),
)

_SANDBOX_OPTIONS = (Option("--full-auto", about="Allow writing in this folder and in temporary folders"),)
_COMMAND = (Positional("COMMAND", "The program and its arguments, taken as they are", rest=True),)

SANDBOX = Command(
    "sandbox",
    "Run a command as confined as commands of the model are",
    run="octavo.cli.sandbox:check",
    options=(
        Option("--check", about="Say what this machine can enforce"),
        *_SANDBOX_OPTIONS,
        Option(
            "-P",
            "--permission-profile",
            value="NAME",
            choices=(":read-only", ":workspace"),
            about="The same in words of later releases",
            hidden=True,
        ),
    ),
    positionals=_COMMAND,
    commands=(
        Command(
            "macos",
            "With Seatbelt (macOS only)",
            run="octavo.cli.sandbox:run_macos",
            options=_SANDBOX_OPTIONS,
            positionals=_COMMAND,
            aliases=("seatbelt",),
        ),
        Command(
            "linux",
            "With Landlock and seccomp (Linux only)",
            run="octavo.cli.sandbox:run_linux",
            options=_SANDBOX_OPTIONS,
            positionals=_COMMAND,
            aliases=("landlock",),
            examples=(("octavo sandbox linux --full-auto make test", "may write here, has no network"),),
        ),
        Command(
            "windows",
            "With a restricted token (Windows only)",
            run="octavo.cli.sandbox:run_windows",
            options=_SANDBOX_OPTIONS,
            positionals=_COMMAND,
        ),
    ),
    aliases=("debug",),
    examples=(
        ("octavo sandbox --check", "what this machine can enforce"),
        ("octavo sandbox -- make test", "may read, and nothing else"),
    ),
)

COMPLETION = Command(
    "completion",
    "Write a completion script for a shell",
    run="octavo.cli.words.completion:run",
    positionals=(Positional("SHELL", "bash if not given", choices=SHELLS),),
    examples=(
        ("octavo completion bash > ~/.local/share/bash-completion/completions/octavo", "bash"),
        ("octavo completion zsh > ~/.zfunc/_octavo", "zsh, with ~/.zfunc in fpath"),
        ("octavo completion fish > ~/.config/fish/completions/octavo.fish", "fish"),
    ),
)

MCP_SERVER = Command(
    "mcp-server",
    "Serve conversations as tools to any MCP client, on stdin and stdout",
    run="octavo.cli.mcp_server:run",
)

APP_SERVER = Command(
    "app-server",
    "Serve conversations to editors and desktop programs",
    run="octavo.cli.app_server:run",
    options=(
        Option("--listen", value="URL", choices=("stdio://",), about="Where to serve", hidden=True),
        Option("--stdio", about="Serve on stdin and stdout, as always", hidden=True),
        Option("--analytics-default-enabled", about="Accepted, and of no effect", hidden=True),
        Option("--strict-config", about="A key that means nothing is an error", hidden=True),
    ),
    commands=(GENERATE_TS, GENERATE_JSON_SCHEMA),
)

ACP = Command(
    "acp",
    "Serve sessions to editors with the Agent Client Protocol",
    run="octavo.cli.acp:run",
)

_FEATURE = Positional("FEATURE", "Its name", required=True)

FEATURES = Command(
    "features",
    "Show features that can be switched on and off",
    commands=(
        Command("list", "Name, stage and effective state of each", run="octavo.cli.features:list_features"),
        Command("enable", "Switch one on in config.toml", run="octavo.cli.features:enable", positionals=(_FEATURE,)),
        Command("disable", "Switch one off in config.toml", run="octavo.cli.features:disable", positionals=(_FEATURE,)),
    ),
)

OCTAVO = Command(
    "octavo",
    "Octavo: the Codex coding agent",
    run="octavo.cli.terminal:run",
    options=_TERMINAL_OPTIONS,
    positionals=(Positional("PROMPT", "The first message; without it you are asked for one"),),
    commands=(
        EXEC,
        LOGIN,
        LOGOUT,
        MCP,
        MCP_SERVER,
        APP_SERVER,
        ACP,
        COMPLETION,
        SANDBOX,
        APPLY,
        REVIEW,
        RESUME,
        FORK,
        CLOUD,
        FEATURES,
        CONFIG,
        SESSIONS,
        ARCHIVE,
        UNARCHIVE,
        DELETE,
        USAGE,
        UNDO,
        REPLAY,
        BATCH,
        DOCTOR,
        WORKTREE,
        PERMISSIONS,
        EXECPOLICY,
        HOOKS,
        GENERATE_TS,
        RESPONSES_API_PROXY,
        STDIO_TO_UDS,
    ),
    program="octavo",
    examples=(
        ("octavo", "work with it in this folder"),
        ("octavo resume --last", "go on where you stopped"),
        ('octavo exec "Explain it"', "one task, without a terminal"),
        ("octavo doctor", "when something does not work"),
    ),
    details="Settings are read from ~/.codex/config.toml (or $CODEX_HOME).",
)
