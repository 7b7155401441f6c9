"""`octavo apply`: the diff of a task in the cloud, applied here (`docs/cloud.md`)."""

from __future__ import annotations

import asyncio
import sys

from octavo.account.tasks import task_diff
from octavo.cli import logs, start
from octavo.cli.words.invocation import Invocation
from octavo.cli.words.stop import Stop
from octavo.config.config import Config
from octavo.config.load import ConfigFlags
from octavo.git.apply import apply_three_way
from octavo.runtime.remote import Remote

_GIT_SETTINGS = "CODEX_APPLY_GIT_CFG"


def run(invocation: Invocation) -> int:
    """Fetch and apply; conflicts stay in the files, and the exit code is 1 then."""
    config = start.load(start.overrides(invocation, start.PLAIN), ConfigFlags(), start.PLAIN)
    logs.log_to_stderr(config.environ)
    asyncio.run(_apply(config, invocation.last.text("TASK_ID") or ""))
    sys.stdout.write("Successfully applied diff\n")
    return 0


async def _apply(config: Config, task_id: str) -> None:
    remote = Remote(config)
    try:
        diff = await task_diff(config.chatgpt_base_url, task_id, remote.auth, remote.http)
    finally:
        await remote.aclose()
    settings = [one.strip() for one in config.environ.get(_GIT_SETTINGS, "").split(",") if "=" in one]
    result = await apply_three_way(diff, config.cwd, settings)
    if not result.is_success:
        counts = f"applied={result.applied}, skipped={result.skipped}, conflicts={result.conflicts}"
        said = f"stdout:\n{result.stdout}\nstderr:\n{result.stderr}"
        raise Stop(1, f"Error: Git apply failed ({counts})\n{said}\n")
