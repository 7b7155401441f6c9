"""Who starts conversations: what differs from door to door when the agent is put together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from octavo.http.identity import DEFAULT_ORIGINATOR

TYPE_CHECKING = False  # as `typing` has it
if TYPE_CHECKING:
    from octavo.engine.sub_agents import SubAgent
    from octavo.protocol.checkout import GitInfo
    from octavo.protocol.source import SessionSource
    from octavo.tools.context import Tool
    from octavo.tools.hooks import Hooks


class FrontEnd(msgspec.Struct, frozen=True):
    """A door. `source` and `originator` name it in saved sessions and to servers (`docs/models.md`, "Identity").

    `env_key` lets `CODEX_API_KEY` count as a login. `deltas` is false where nobody
    reads delta events, `replays` where nobody shows what was said before a resume.
    `git_info` tells about the checkout of a folder, where the door has begun to ask already.
    `tools`, `agents` and `hooks` are what the program behind the door gives the agent.
    """

    source: SessionSource
    originator: str = DEFAULT_ORIGINATOR
    env_key: bool = False
    deltas: bool = True
    replays: bool = True
    git_info: Callable[[str], Awaitable[GitInfo | None]] | None = None
    tools: tuple[Tool, ...] = ()
    agents: tuple[SubAgent, ...] = ()
    hooks: Hooks | None = None
