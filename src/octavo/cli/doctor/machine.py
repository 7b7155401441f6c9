"""Checks of the machine: Python, programs, sandbox, terminal, state folder. None of them needs a configuration."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping

from octavo import __version__
from octavo.cli.doctor.finding import Finding, broken, ok, warning
from octavo.cli.visible import with_tilde
from octavo.config.home import find_home
from octavo.errors import ConfigError
from octavo.sandbox.capabilities import capabilities


def check_machine(environ: Mapping[str, str]) -> Iterator[Finding]:
    """All of them."""
    yield _python()
    yield from _sandbox()
    yield _git(environ)
    yield _ripgrep(environ)
    yield _terminal(environ)
    yield from _home(environ)


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return ok("python", f"Octavo {__version__} on Python {version} ({with_tilde(sys.executable)})")


def _sandbox() -> Iterator[Finding]:
    found = capabilities()
    if not found.confines_writes:
        text = "commands cannot be confined: this kernel has no Landlock, or the container forbids it"
        mend = "use a kernel from 5.13 on, or run inside a container and pass --sandbox danger-full-access"
        yield broken("sandbox", text, mend)
        return
    missing = []
    if not found.seatbelt and not found.filters_system_calls:
        missing.append("network access cannot be refused (no seccomp)")
    if not found.seatbelt and not found.protects_git_and_metadata:
        missing.append("git's hooks and .codex inside writable folders stay open (no mount namespaces)")
    if not found.seatbelt and not found.private_network:
        missing.append("commands cannot use local servers (no network namespaces)")
    how = "Seatbelt" if found.seatbelt else f"Landlock {found.landlock_version}"
    if missing:
        yield warning("sandbox", f"{how}; {'; '.join(missing)}", "see octavo sandbox --check")
    else:
        yield ok("sandbox", f"writes and network of commands are confined ({how})")


def _git(environ: Mapping[str, str]) -> Finding:
    from octavo.files.programs import find_program

    program = find_program("git", environ.get("PATH", os.defpath), *_here())
    if program is None:
        return broken("git", "git is not on the PATH: no diffs, no undo, no trust", "install git")
    return ok("git", with_tilde(program))


def _ripgrep(environ: Mapping[str, str]) -> Finding:
    from octavo.search.ripgrep import RipgrepMissing, find_ripgrep

    try:
        program = find_ripgrep(environ, *_here())
    except RipgrepMissing:
        return broken("ripgrep", "rg is not there: no file search", "install ripgrep, or pip install --upgrade octavo")
    return ok("ripgrep", with_tilde(program))


def _here() -> tuple[str, ...]:
    try:
        return (os.getcwd(),)
    except OSError:  # it was removed
        return ()


def _terminal(environ: Mapping[str, str]) -> Finding:
    from octavo.http.identity import terminal_name

    term = environ.get("TERM", "")
    if not (os.isatty(0) and os.isatty(1)):
        return ok("terminal", "none: stdin or stdout is no terminal")
    if term in ("", "dumb"):
        return warning("terminal", f"TERM is {term or 'not set'}: no colours, no cursor", "set TERM=xterm-256color")
    columns, lines = os.get_terminal_size(1)
    colors = "16 million colours" if environ.get("COLORTERM") in ("truecolor", "24bit") else term
    return ok("terminal", f"{terminal_name(environ)}, {columns}×{lines}, {colors}")


def _home(environ: Mapping[str, str]) -> Iterator[Finding]:
    try:
        home = find_home(environ)
    except ConfigError as error:
        mend = "make the folder, or unset CODEX_HOME for ~/.codex"
        yield broken("home", f"CODEX_HOME is {environ.get('CODEX_HOME', '')}: {error}", mend)
        return
    shown = with_tilde(home)
    if not os.path.exists(home):
        yield ok("home", f"{shown} is made when something is saved")
    elif not os.access(home, os.W_OK | os.X_OK):
        yield broken("home", f"{shown} cannot be written", f"give yourself the right to write in {shown}")
    else:
        yield ok("home", shown)
    auth = os.path.join(home, "auth.json")
    try:
        mode = os.stat(auth).st_mode & 0o777
    except OSError:
        return
    if mode & 0o077:
        text = f"others may read your login: {with_tilde(auth)} has mode {mode:04o}"
        yield warning("home", text, f"chmod 600 {with_tilde(auth)}")
