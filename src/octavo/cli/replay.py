"""`octavo replay`: a recorded run as a regression test (`docs/replay.md`)."""

from __future__ import annotations

import asyncio
import os
import sys

from octavo.cli import logs, start
from octavo.cli.words.invocation import Invocation
from octavo.cli.words.stop import Stop
from octavo.errors import OctavoError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.replay.play import Step
    from octavo.frontends.replay.recorded import Recording
    from octavo.frontends.replay.run import Report

_CANNOT = 2


def run(invocation: Invocation) -> int:
    """Play it, and report; 0 if nothing differs, 1 if something does."""
    from octavo.config.load import ConfigFlags

    words = invocation.last
    flags = ConfigFlags(profile=words.text("profile"))
    sources, config = start.load_with_sources(start.overrides(invocation, start.PLAIN), flags, start.PLAIN)
    logs.log_to_stderr(config.environ)
    from octavo.frontends.replay.play import Options
    from octavo.frontends.replay.report import json_report, step_lines, summary_lines
    from octavo.frontends.replay.run import Request, replay
    from octavo.frontends.signals import Interrupted, run_until_signal
    from octavo.runtime.front_end import FrontEnd
    from octavo.runtime.runtime import Runtime

    as_json = words.has("json")

    def tell(step: Step) -> None:
        if not as_json:
            print(*step_lines(step), sep="\n", flush=True)

    options = Options(words.has("keep-going"), words.has("exact"), _number(words.text("from")))
    try:
        recording = _recording(config.codex_home, words.text("SESSION") or "")
        request = Request(
            recording,
            os.path.abspath(words.text("cd") or recording.cwd or config.cwd),
            options,
            words.text("commit"),
            words.text("sandbox"),  # type: ignore[arg-type]  # one of its choices
        )
        front_end = FrontEnd("exec", "codex_exec", env_key=True, deltas=False, replays=False)
        runtime = Runtime(sources, config, front_end, start.warn)
        start.loaded()

        async def work() -> Report:
            try:
                return await replay(runtime, request, tell)
            finally:
                await runtime.aclose()

        report = asyncio.run(run_until_signal(work()))
    except Interrupted as interrupted:
        start.die_of(interrupted.signum)
    except OctavoError as error:
        raise Stop(_CANNOT, f"Error: {error}\n") from None
    if as_json:
        sys.stdout.buffer.write(json_report(report.outcome, recording, report.workspace) + b"\n")
    else:
        print(*summary_lines(report.outcome, recording), sep="\n")
        if report.session_id is not None:
            print(f"Forked into session {report.session_id}, which works in {report.workspace}")
    return int(report.outcome.differs > 0)


def _recording(codex_home: str, word: str) -> Recording:
    from octavo.cli.sessions.choice import chosen_session
    from octavo.frontends.replay.recorded import read_recording

    return read_recording(word if os.path.isfile(word) else chosen_session(codex_home, word, archived=True))


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise Stop(_CANNOT, f"error: invalid value '{text[:80]}' for '--from <N>': a number is needed\n")
    return int(text)
