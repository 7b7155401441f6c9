"""`octavo sandbox`: a command as confined as commands of the model are (`docs/sandbox.md`)."""

from __future__ import annotations

import sys

from octavo.cli import start
from octavo.cli.words.invocation import Invocation
from octavo.cli.words.stop import Stop
from octavo.config.load import ConfigFlags
from octavo.process.foreground import run_linux as confined_on_linux
from octavo.process.foreground import run_seatbelt
from octavo.process.foreground import run_windows as confined_on_windows
from octavo.sandbox.environment import configured_environment
from octavo.sandbox.spec import SandboxSpec, Unreadable, configured_sandbox
from octavo.sandbox.unreadable import unreadable


def check(invocation: Invocation) -> int:
    """Run the command as this system confines one; without one, say what the machine can enforce.

    The exit code: 1 if it cannot even confine writes.
    """
    if invocation.last.has("COMMAND"):
        return run_macos(invocation) if sys.platform == "darwin" else run_linux(invocation)
    if not invocation.last.has("check"):
        from octavo.cli.words.help import help_text

        raise Stop(2, help_text(invocation.path))
    from octavo.sandbox.capabilities import capabilities, describe_capabilities

    found = capabilities()
    for line in describe_capabilities(found):
        sys.stdout.write(line + "\n")
    return 0 if found.confines_writes else 1


def run_linux(invocation: Invocation) -> int:
    """Run the command under Landlock and seccomp; its exit code."""
    spec, environ, hidden = _confinement(invocation)
    return confined_on_linux(invocation.last.texts("COMMAND"), spec, environ, hidden)


def run_macos(invocation: Invocation) -> int:
    """Run the command under Seatbelt; its exit code."""
    spec, environ, hidden = _confinement(invocation)
    return run_seatbelt(invocation.last.texts("COMMAND"), spec, environ, hidden)


def run_windows(invocation: Invocation) -> int:
    """Tell that there is no such sandbox here."""
    _confinement(invocation)  # a broken configuration comes first, as everywhere
    confined_on_windows()


def _confinement(invocation: Invocation) -> tuple[SandboxSpec, dict[str, str], Unreadable]:
    """Read-only, or with `--full-auto` this folder; the configured sandbox mode does not count."""
    full_auto = invocation.last.has("full-auto") or invocation.last.text("permission-profile") == ":workspace"
    flags = ConfigFlags(sandbox_mode="workspace-write" if full_auto else "read-only")
    config = start.load(start.overrides(invocation, start.PLAIN), flags, start.PLAIN)
    spec = configured_sandbox(config, config.sandbox_policy, config.cwd)
    assert spec is not None  # only full access has none  # noqa: S101
    hidden = unreadable(config, config.sandbox_policy, config.cwd)
    return spec, configured_environment(config, config.sandbox_policy), hidden
