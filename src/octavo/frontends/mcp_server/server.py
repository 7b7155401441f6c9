"""What all calls share: the configuration, the client, the login, and the conversations that are alive."""

from __future__ import annotations

import asyncio
from typing import Protocol

from octavo.config.choices import ConfigFlags
from octavo.config.config import Config
from octavo.config.overrides import json_overrides
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.frontends.jsonrpc.peer import Peer
from octavo.frontends.mcp_server.arguments import CodexArguments
from octavo.runtime.runtime import Runtime

TYPE_CHECKING = False  # the agent is imported by the first call: the handshake need not wait for it
if TYPE_CHECKING:
    from octavo.frontends.jsonrpc.questions import Questions
    from octavo.frontends.mcp_server.live import LiveConversation

CallKey = tuple[type, RequestId]
"""The text `"7"` and the number 7 are two ids."""


class Runs(Protocol):
    """A call from its request to its answer."""

    request_id: RequestId

    async def run(self) -> None:
        """Do what was asked, and answer."""

    async def cancel(self) -> None:
        """The client gave up."""


class Server:
    """The process; `runtime` makes configurations and conversations."""

    def __init__(self, runtime: Runtime, peer: Peer) -> None:
        self.runtime, self.peer = runtime, peer
        self.is_initialized = False
        self.conversations: dict[str, LiveConversation] = {}
        self.calls: dict[CallKey, Runs] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._questions: Questions | None = None
        self.nobody_answers = False

    @property
    def questions(self) -> Questions:
        """What the client was asked."""
        if self._questions is None:
            from octavo.frontends.jsonrpc.questions import Questions

            self._questions = Questions()
        return self._questions

    def config_for(self, arguments: CodexArguments) -> Config:
        """Files read anew, the server's own flags, then what the call says. Raises `ConfigError`."""
        flags = ConfigFlags(
            model=arguments.model,
            profile=arguments.profile,
            cwd=arguments.cwd,
            approval_policy=arguments.approval_policy,
            sandbox_mode=arguments.sandbox,
            base_instructions=arguments.base_instructions,
            developer_instructions=arguments.developer_instructions,
            compact_prompt=arguments.compact_prompt,
        )
        return self.runtime.derive(flags, json_overrides(arguments.config or {}))

    def run(self, call: Runs) -> None:
        """Let a call begin, beside all others."""
        key = call_key(call.request_id)
        self.calls[key] = call
        task = asyncio.create_task(call.run())
        self._running.add(task)

        def over(task: asyncio.Task[None]) -> None:
            self._running.discard(task)
            if self.calls.get(key) is call:
                del self.calls[key]

        task.add_done_callback(over)

    async def forget(self, live: LiveConversation) -> None:
        """End a conversation for good."""
        del self.conversations[live.conversation.id]
        await live.conversation.close()

    async def settle(self) -> None:
        """Wait until all calls are over; nobody answers questions any more."""
        self.nobody_answers = True
        if self._running:
            await self.questions.refuse_all()
        while self._running:
            await asyncio.wait(self._running)

    async def close(self) -> None:
        """End everything that runs."""
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running)
        await asyncio.gather(*(live.conversation.close() for live in self.conversations.values()))
        await self.runtime.aclose()


def call_key(request_id: RequestId) -> CallKey:
    """What a call is known by."""
    return type(request_id), request_id
