"""The command itself: run the checks, print one line for each finding (`docs/doctor.md`)."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator, Sequence

from octavo.cli import logs, start
from octavo.cli.doctor.finding import Finding
from octavo.cli.doctor.machine import check_machine
from octavo.cli.doctor.settings import check_login, check_settings
from octavo.cli.doctor.telemetry import check_telemetry
from octavo.cli.words.invocation import Invocation
from octavo.config.home import find_home
from octavo.config.load import ConfigFlags, ConfigSources
from octavo.errors import ConfigError, UsageError
from octavo.protocol.json_text import readable_json

_MARKS = {"ok": "ok", "warning": "warning", "broken": "BROKEN"}
_COLORS = {"ok": "32", "warning": "33", "broken": "31;1"}


def run(invocation: Invocation) -> int:
    """Print the report; 1 if something is broken."""
    logs.log_to_stderr(os.environ)
    if invocation.last.has("FOLDER") and not invocation.last.has("from-codex"):
        raise UsageError("a folder is looked at with --from-codex")
    findings = tuple(_findings(invocation))
    is_broken = any(finding.state == "broken" for finding in findings)
    if invocation.last.has("json"):
        shown = {"ok": not is_broken, "findings": findings}
        sys.stdout.write(readable_json(shown))
    else:
        sys.stdout.write("".join(line + "\n" for line in _lines(findings, color=_wants_color())))
    return 1 if is_broken else 0


def _findings(invocation: Invocation) -> Iterator[Finding]:
    environ = dict(os.environ)
    if invocation.last.has("from-codex"):
        yield from _carried_over(invocation, environ)
        return
    yield from check_machine(environ)
    overrides = start.overrides(invocation, start.PLAIN)
    profile = next((text for level in reversed(invocation.levels) if (text := level.text("profile"))), None)
    try:
        home = find_home(environ)
    except ConfigError:
        return  # told above
    sources = ConfigSources(home, start.working_directory(), environ, overrides, ConfigFlags(profile=profile))
    checked = check_settings(sources)
    yield from checked.findings
    if checked.config is None:
        return
    yield from check_login(checked.config)
    yield from check_telemetry(checked.config)
    if not invocation.last.has("offline"):
        from octavo.cli.doctor.outside import check_outside  # event loop and network

        yield from asyncio.run(check_outside(checked.config))


def _carried_over(invocation: Invocation, environ: dict[str, str]) -> Iterator[Finding]:
    """What comes along from another program's folder; by default from the one that would be used."""
    from octavo.cli.doctor.carry_over.report import inspect_home  # nobody else pays for it

    named = invocation.last.text("FOLDER")
    folder = os.path.abspath(named) if named is not None else find_home(environ)
    yield from inspect_home(folder, environ, start.working_directory())


def _lines(findings: Sequence[Finding], *, color: bool) -> Iterator[str]:
    width = max(len(finding.check) for finding in findings)
    for finding in findings:
        mark = f"{_MARKS[finding.state]:7}"
        if color:
            mark = f"\x1b[{_COLORS[finding.state]}m{mark}\x1b[0m"
        mend = f" → {finding.mend}" if finding.mend else ""
        yield f"{mark}  {finding.check:{width}}  {finding.text}{mend}"


def _wants_color() -> bool:
    return os.isatty(1) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
