"""The agent is loaded in a thread of its own, so that the first keys are answered meanwhile."""

from __future__ import annotations

import asyncio
import sys

from octavo.runtime.runtime import Runtime

_SWITCH_S = 0.001  # a key waits no longer than this for its turn while modules are loaded


async def load_agent(runtime: Runtime) -> None:
    """Import everything that the first turn needs, beside the loop."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_S)
    try:
        await asyncio.to_thread(_load, runtime)
    finally:
        sys.setswitchinterval(before)


def _load(runtime: Runtime) -> None:
    runtime.load_agent()
    from octavo.frontends.terminal import facts, kept_draft, session  # noqa: F401
    from octavo.frontends.terminal.app import talk  # noqa: F401
    from octavo.frontends.terminal.deeds import table  # noqa: F401
