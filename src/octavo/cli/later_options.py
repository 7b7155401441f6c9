"""Options of later releases that are accepted, and what is said about those that do nothing (`docs/cli.md`)."""

from __future__ import annotations

from octavo.cli.words.spec import Option

LOCAL_PROVIDERS = ("lmstudio", "ollama")
TOLD = ("no-daemon",)
"""Without effect here, which a line on stderr says."""

_NOTHING = "Accepted, and of no effect"

LATER_OPTIONS = (
    Option(
        "--local-provider", value="PROVIDER", choices=LOCAL_PROVIDERS, hidden=True, about="Which server --oss means"
    ),
    Option("--strict-config", hidden=True, about="A key that means nothing is an error"),
    Option("--trust", hidden=True, about="Trust this project from now on"),
    Option("--approve-for-me", hidden=True, about="A model answers questions in your place, in workspace-write"),
    Option("--dangerously-bypass-hook-trust", hidden=True, about="Hooks of the project run without being trusted"),
)
"""Of every command that starts a session."""

TERMINAL_ONLY = (
    Option("--no-daemon", hidden=True, about=_NOTHING),
    Option("--no-alt-screen", hidden=True, about=_NOTHING),
)
