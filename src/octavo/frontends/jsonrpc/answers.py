"""Turning what a handler did into the one answer that its request gets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable

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


def log_failure(task: asyncio.Task[None]) -> None:
    """Say why a task failed that nobody waits for."""
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("a background task failed", exc_info=error)
