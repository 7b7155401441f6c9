"""What a conversation gets from outside: the model, time, chance, and who started it."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import msgspec

from octavo.git.info import git_info
from octavo.model.backend import ModelBackend
from octavo.model.client import random_jitter
from octavo.protocol.checkout import GitInfo
from octavo.protocol.source import SessionSource

if TYPE_CHECKING:
    from octavo.engine.limits import Meter
    from octavo.engine.sub_agents import AgentSlots, SubAgent
    from octavo.patch.turn_diff import TurnDiffTracker
    from octavo.tools.context import Editor, Tool
    from octavo.tools.hooks import Hooks
    from octavo.tools.telemetry import Telemetry


class Services(msgspec.Struct, frozen=True):
    """Everything outside the agent that it stands on; tests replace any part.

    `now` is Unix time in seconds, `monotonic` a clock for durations, `jitter` a
    factor around 1 for waits. `deltas` is false when the client reads no delta
    events, `replays` when it does not show what was said before a resume. `depth`
    counts the conversations that this one is nested in. `saves` is false when nothing of a
    conversation is to stay on the disk; without `saves_at_once` a new one is saved from its
    first turn on. `thread_source` is what a client says about a new session's purpose.
    `git_info` tells about the checkout of a folder. `telemetry` is told what happens, in
    sub-conversations too (`docs/telemetry.md`). `tools` and `agents` are offered beside ours,
    the latter with those of the configuration; `agent_slots` is what a nest of conversations
    shares. `hooks` may stop what happens, in sub-conversations too. `outer_diff` is the diff of
    the turn that a sub-conversation belongs to, which its patches count into; `meter` counts what
    that turn takes, if it is limited (`docs/limits.md`). `editor` is what the user works in meanwhile.
    """

    backend: ModelBackend
    source: SessionSource
    originator: str
    deltas: bool = True
    replays: bool = True
    depth: int = 0
    saves: bool = True
    saves_at_once: bool = True
    thread_source: str | None = None
    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    random_bytes: Callable[[int], bytes] = os.urandom
    jitter: Callable[[], float] = random_jitter
    git_info: Callable[[str], Awaitable[GitInfo | None]] = git_info
    telemetry: Telemetry | None = None
    tools: tuple[Tool, ...] = ()
    agents: tuple[SubAgent, ...] = ()
    agent_slots: AgentSlots | None = None
    hooks: Hooks | None = None
    outer_diff: Callable[[], TurnDiffTracker] | None = None
    meter: Meter | None = None
    editor: Editor | None = None


def new_uuid4(services: Services) -> str:
    """A random id for an item that came without one."""
    number = int.from_bytes(services.random_bytes(16), "big")
    number = number & ~(0xF << 76) | 0x4 << 76
    digits = f"{number & ~(0x3 << 62) | 0x2 << 62:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
