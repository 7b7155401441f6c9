"""Tasks on a Ray cluster: one Ray task each, begun anew where its node died (`docs/batch.md`, "On a cluster").

Results come back to this process, which alone writes them; so a node that is lost takes
nothing along that was done.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Sequence
from typing import Any

import msgspec

from octavo.config.load import ConfigSources
from octavo.errors import OctavoError
from octavo.frontends.batch.folders import batch_folder
from octavo.frontends.batch.pool import Rules, Watcher, run_with_retries
from octavo.frontends.batch.results import Result
from octavo.frontends.batch.tasks import Task

_PER_JOB = 2
"""Ray tasks handed in for each CPU that the cluster has: enough that none waits for work."""


class NoCluster(OctavoError):
    """Ray is not installed, or there is no cluster at the address."""


def run_on_ray(
    sources: ConfigSources, tasks: Sequence[Task], address: str, jobs: int | None, rules: Rules, watcher: Watcher
) -> None:
    """Run them all, `jobs` at a time or as many as the cluster has room for. Raises `NoCluster`."""
    ray = _connected(address)
    try:
        most = jobs or max(int(ray.cluster_resources().get("CPU", 1)) * _PER_JOB, 1)
        # A node that dies, or is taken away, costs another start, never the task: ours are safe to begin anew.
        run = ray.remote(num_cpus=1, max_retries=-1)(run_in_worker)
        settings = ray.put((_for_workers(sources), msgspec.json.encode(rules)))
        running: dict[Any, Task] = {}
        left = iter(tasks)
        while True:
            while len(running) < most and (task := next(left, None)) is not None:
                running[run.remote(settings, msgspec.json.encode(task))] = task
                watcher.began(task)
            if not running:
                return
            (done, *_), _ = ray.wait(list(running), num_returns=1)
            watcher.ended(_result(ray, done, running.pop(done)))
    finally:
        ray.shutdown()


def run_in_worker(settings: tuple[dict[str, Any], bytes], task: bytes) -> bytes:
    """One task in a process of the cluster; the result as JSON."""
    given, rules = settings
    return asyncio.run(_in_worker(given, msgspec.json.decode(rules, type=Rules), msgspec.json.decode(task, type=Task)))


async def _in_worker(given: dict[str, Any], rules: Rules, task: Task) -> bytes:
    from octavo.config.choices import ConfigFlags
    from octavo.config.home import find_home
    from octavo.config.load import load_config
    from octavo.frontends.batch.trees import Trees
    from octavo.runtime.front_end import FrontEnd
    from octavo.runtime.runtime import Runtime

    environ = {**os.environ, **given["environ"]}
    sources = ConfigSources(
        codex_home=given["codex_home"] or find_home(environ),
        cwd=tempfile.gettempdir(),
        environ=environ,
        cli_overrides=tuple((key, value) for key, value in given["overrides"]),
        flags=ConfigFlags(**given["flags"]),
    )
    runtime = Runtime(sources, load_config(sources), FrontEnd("exec", "codex_exec", env_key=True, deltas=False))
    try:
        folder = batch_folder(environ, "ray")
        result = await run_with_retries(runtime, Trees(folder, keeps=rules.keeps), task, rules)
    finally:
        await runtime.aclose()
    return msgspec.json.encode(result)


def _for_workers(sources: ConfigSources) -> dict[str, Any]:
    """What a worker needs to know of the settings here; it reads the files of its own machine."""
    keys = {name: value for name, value in sources.environ.items() if name in ("CODEX_API_KEY", "OPENAI_API_KEY")}
    flags = {name: value for name in ("model", "profile", "sandbox_mode") if (value := getattr(sources.flags, name))}
    home = {} if "CODEX_HOME" not in sources.environ else {"CODEX_HOME": sources.environ["CODEX_HOME"]}
    return {
        "codex_home": sources.codex_home,
        "environ": {**keys, **home},
        "overrides": [list(pair) for pair in sources.cli_overrides],
        "flags": flags,
    }


def _result(ray: Any, done: Any, task: Task) -> Result:
    try:
        return msgspec.json.decode(ray.get(done), type=Result)
    except Exception as error:  # whatever Ray says of a task that it could not finish is that task's result
        words = str(error).strip().splitlines() or [type(error).__name__]
        return Result(task.id, "failed", 1, error=f"on the cluster: {words[-1][:500]}", digest=task.digest)


def _connected(address: str) -> Any:
    try:
        import ray
    except ImportError:
        raise NoCluster("Ray is not installed: pip install 'octavo[ray]'") from None
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        ray.init(address=None if address == "local" else address, log_to_driver=False, logging_level=40)
    except (ConnectionError, ValueError, RuntimeError) as error:
        words = str(error).strip().splitlines() or [type(error).__name__]
        raise NoCluster(f"no Ray cluster at {address}: {words[0][:300]}") from None
    return ray
