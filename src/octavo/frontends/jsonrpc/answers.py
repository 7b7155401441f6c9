"""Turning what a handler did into the one answer that its request gets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Coroutine

from octavo.frontends.jsonrpc.errors import INTERNAL_ERROR, RequestError
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.frontends.jsonrpc.peer import Peer

_log = logging.getLogger(__name__)


async def give_answer(peer: Peer, request_id: RequestId, work: Awaitable[object]) -> None:
    """Answer with the result of `work`, or with its error; None means that the answer is given elsewhere."""
    try:
        result = await work
    except RequestError as error:
        peer.refuse(request_id, error.code, str(error), error.data)
    except Exception as error:
        # A defect of ours must not take all conversations with it; the log has the details.
        _log.exception("a request failed")
        peer.refuse(request_id, INTERNAL_ERROR, f"internal error: {type(error).__name__}: {error}")
    else:
        if result is not None:
            peer.reply(request_id, result)


class LaterAnswers:
    """Answers that are worked on while other messages are taken."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, request_id: RequestId, work: Coroutine[None, None, object]) -> None:
        """Answer the request with the result of `work`, once there is one."""
        task = asyncio.create_task(give_answer(self._peer, request_id, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(log_failure)

    def cancel(self) -> None:
        """Nobody waits for them any more."""
        for task in self._tasks:
            task.cancel()

    async def ended(self) -> None:
        """Wait until none is worked on."""
        while self._tasks:
            await asyncio.wait(self._tasks)


def log_failure(task: asyncio.Task[None]) -> None:
    """Say why a task failed that nobody waits for."""
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("a background task failed", exc_info=error)
