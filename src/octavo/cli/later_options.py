"""Options of later releases that are accepted, and what is said about those that do nothing (`docs/cli.md`)."""

from __future__ import annotations

from octavo.cli.words.spec import Option

LOCAL_PROVIDERS = ("lmstudio", "ollama")
TOLD = ("trust", "approve-for-me", "dangerously-bypass-hook-trust", "no-daemon")
"""Without effect here, which a line on stderr says."""

_NOTHING = "Accepted, and of no effect"

LATER_OPTIONS = (
    Option(
        "--local-provider", value="PROVIDER", choices=LOCAL_PROVIDERS, hidden=True, about="Which server --oss means"
    ),
    Option("--strict-config", hidden=True, about="A key that means nothing is an error"),
    *(Option(f"--{name}", hidden=True, about=_NOTHING) for name in TOLD[:3]),
)
"""Of every command that starts a session."""

TERMINAL_ONLY = (
    Option("--no-daemon", hidden=True, about=_NOTHING),
    Option("--no-alt-screen", hidden=True, about=_NOTHING),
)
