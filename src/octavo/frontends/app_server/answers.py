"""Turning what a handler did into the one answer that its request gets."""

from __future__ import annotations

import logging
from collections.abc import Awaitable

from octavo.frontends.app_server.client import Client
from octavo.frontends.app_server.errors import RequestError, failed
from octavo.frontends.jsonrpc.messages import RequestId

_log = logging.getLogger(__name__)


async def give_answer(client: Client, request_id: RequestId, work: Awaitable[object]) -> None:
    """Answer with the result of `work`, or with its error; None means that the answer is given elsewhere."""
    try:
        result = await work
    except RequestError as error:
        client.refuse(request_id, error)
    except Exception as error:
        # A defect of ours must not take all conversations with it; the log has the details.
        _log.exception("a request failed")
        client.refuse(request_id, failed(f"internal error: {type(error).__name__}: {error}"))
    else:
        if result is not None:
            client.reply(request_id, result)
