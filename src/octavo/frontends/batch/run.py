"""From a list of tasks to a file of results (`docs/batch.md`)."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator

import msgspec

from octavo.frontends.batch.folders import batch_folder
from octavo.frontends.batch.pool import Rules, Watcher, run_here
from octavo.frontends.batch.progress import Progress
from octavo.frontends.batch.results import Result, Results
from octavo.frontends.batch.tasks import Task
from octavo.frontends.signals import run_until_signal
from octavo.runtime.runtime import Runtime


class Request(msgspec.Struct, frozen=True):
    """What is to be run: on `ray`, the address of a cluster, or here; `jobs` at a time."""

    tasks: list[Task]
    rules: Rules = Rules()
    jobs: int | None = None
    ray: str | None = None


class Summary(msgspec.Struct):
    """What came of it. `before` had results already."""

    total: int
    before: int
    completed: int = 0
    failed: int = 0


def run_batch(
    runtime: Runtime, request: Request, results: Results, *, again: bool, ready: Callable[[], None]
) -> Summary:
    """Run what has no result yet; with `again` also what failed. `ready` is called when all is imported.

    Raises `OctavoError` where nothing can be run, and `Interrupted` when a signal ended it: what was done by then
    has its result, and the next call does the rest.
    """
    tasks = results.left(request.tasks, again=again)
    summary = Summary(len(request.tasks), len(request.tasks) - len(tasks))
    progress = Progress(len(tasks))

    def ended(result: Result) -> None:
        results.add(result)
        if result.status == "completed":
            summary.completed += 1
        else:
            summary.failed += 1
        progress.ended(result)

    watcher = Watcher(lambda _: progress.began(), ended)
    try:
        if request.ray is not None:
            _on_ray(runtime, tasks, request, watcher)
        else:
            with _folder_of(runtime, results.path, keeps=request.rules.keeps) as folder:
                ready()
                asyncio.run(run_until_signal(_here(runtime, tasks, folder, request, watcher)))
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
    finally:
        progress.clear()
    return summary


async def _here(runtime: Runtime, tasks: list[Task], folder: str, request: Request, watcher: Watcher) -> None:
    try:
        await run_here(runtime, tasks, folder, request.jobs or os.cpu_count() or 1, request.rules, watcher)
    finally:
        await runtime.aclose()


def _on_ray(runtime: Runtime, tasks: list[Task], request: Request, watcher: Watcher) -> None:
    from octavo.frontends.batch.on_ray import run_on_ray  # Ray takes seconds to import

    try:
        run_on_ray(runtime.sources, tasks, request.ray or "local", request.jobs, request.rules, watcher)
    finally:
        asyncio.run(runtime.aclose())


@contextlib.contextmanager
def _folder_of(runtime: Runtime, results: str, *, keeps: bool) -> Iterator[str]:
    """The folder for the trees of this batch, without what an earlier one that was killed left there."""
    name = hashlib.sha256(os.path.realpath(results).encode()).hexdigest()[:16]
    folder = batch_folder(runtime.config.environ, name)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    with open(f"{folder}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not keeps:
            shutil.rmtree(folder, ignore_errors=True)
        try:
            yield folder
        finally:
            if not keeps:
                shutil.rmtree(folder, ignore_errors=True)
                with contextlib.suppress(OSError):
                    os.unlink(f"{folder}.lock")
