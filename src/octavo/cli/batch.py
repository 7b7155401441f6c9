"""`octavo batch`: many runs from one list (`docs/batch.md`)."""

from __future__ import annotations

import os
import sys

from octavo.cli import logs, start
from octavo.cli.words.invocation import Invocation
from octavo.cli.words.stop import Stop
from octavo.errors import OctavoError

_CANNOT = 2


def run(invocation: Invocation) -> int:
    """Run what has no result yet; 0 if all tasks are completed, 1 if some failed, 2 if it could not be done."""
    from octavo.config.load import ConfigFlags

    words = invocation.last
    sandbox = words.text("sandbox") or "workspace-write"
    flags = ConfigFlags(
        model=words.text("model"),
        profile=words.text("profile"),
        sandbox_mode=sandbox,  # type: ignore[arg-type]  # one of its choices
    )
    sources, config = start.load_with_sources(start.overrides(invocation, start.PLAIN), flags, start.PLAIN)
    logs.log_to_stderr(config.environ)
    from octavo.frontends.batch.pool import Rules
    from octavo.frontends.batch.results import Results
    from octavo.frontends.batch.run import Request, run_batch
    from octavo.frontends.batch.tasks import read_tasks
    from octavo.frontends.signals import Interrupted
    from octavo.runtime.front_end import FrontEnd
    from octavo.runtime.runtime import Runtime

    retries, jobs = _count(words.text("retries"), "--retries <N>", 0), _count(words.text("jobs"), "--jobs <N>", 1)
    rules = Rules(
        words.text("retry") or "transient",  # type: ignore[arg-type]  # one of its choices
        2 if retries is None else retries,
        saves=not words.has("ephemeral"),
        keeps=words.has("keep"),
    )
    listed = words.text("TASKS") or ""
    try:
        request = Request(read_tasks(listed, os.getcwd()), rules, jobs, words.text("ray"))
        results = Results(words.text("output") or f"{listed.removesuffix('.jsonl')}.results.jsonl")
        front_end = FrontEnd("exec", "codex_exec", env_key=True, deltas=False, replays=False)
        runtime = Runtime(sources, config, front_end, start.warn)
        runtime.load_agent()
        summary = run_batch(runtime, request, results, again=words.has("again"), ready=start.loaded)
    except Interrupted as interrupted:
        start.warn("Interrupted: the same command goes on with what is left")
        start.die_of(interrupted.signum)
    except OctavoError as error:
        raise Stop(_CANNOT, f"Error: {error}\n") from None
    before = f", {summary.before} were done before" if summary.before else ""
    print(f"{summary.completed} completed, {summary.failed} failed{before}; results in {results.path}", file=sys.stderr)
    return int(results.any_failed(request.tasks))


def _count(text: str | None, option: str, least: int) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and least <= int(text) <= 10_000):
        raise Stop(_CANNOT, f"error: invalid value '{text[:80]}' for '{option}': a number from {least} is needed\n")
    return int(text)
