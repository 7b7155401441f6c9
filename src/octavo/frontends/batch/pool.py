"""Tasks side by side in this process, and those tried again that may go better (`docs/batch.md`, "Retries")."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from octavo.frontends.batch.one_run import run_task
from octavo.frontends.batch.results import Result
from octavo.frontends.batch.tasks import Task
from octavo.frontends.batch.trees import Trees
from octavo.runtime.runtime import Runtime

RetryRule = Literal["never", "transient", "always"]


class Rules(msgspec.Struct, frozen=True):
    """How to run: `retries` is how often a task that failed is tried again, if the rule says so."""

    retry: RetryRule = "transient"
    retries: int = 2
    saves: bool = True
    keeps: bool = False
    first_wait: float = 1.0
    """Seconds before the second attempt; each further one waits twice as long."""


class Watcher(msgspec.Struct, frozen=True):
    """Who is told when a task begins, and when its result is there."""

    began: Callable[[Task], None]
    ended: Callable[[Result], None]


async def run_here(
    runtime: Runtime, tasks: Sequence[Task], folder: str, jobs: int, rules: Rules, watcher: Watcher
) -> None:
    """Run them all, `jobs` at a time."""
    trees = Trees(folder, keeps=rules.keeps)
    left = iter(tasks)

    async def work() -> None:
        for task in left:
            watcher.began(task)
            watcher.ended(await run_with_retries(runtime, trees, task, rules))

    async with asyncio.TaskGroup() as group:
        for _ in range(min(jobs, len(tasks))):
            group.create_task(work())


async def run_with_retries(runtime: Runtime, trees: Trees, task: Task, rules: Rules) -> Result:
    """The result of the last attempt."""
    most = rules.retries if task.retries is None else task.retries
    wait = rules.first_wait
    attempt = 1
    while True:
        result, passes = await run_task(runtime, trees, task, attempt, saves=rules.saves)
        again = rules.retry == "always" or (rules.retry == "transient" and passes)
        if result.status == "completed" or not again or attempt > most:
            return result
        await asyncio.sleep(wait)
        wait *= 2
        attempt += 1
