"""Requests to the client whose answers we wait for, such as the text of a file."""

from __future__ import annotations

import asyncio
from typing import TypeVar

import msgspec

from octavo.errors import OctavoError
from octavo.frontends.jsonrpc.messages import NOT_JSON, ErrorResponse, Response
from octavo.frontends.jsonrpc.peer import Peer

T = TypeVar("T")


class ClientRefused(OctavoError):
    """The client answered with an error, with something else than was asked for, or not in time."""


class Unclear(ClientRefused):
    """The client may have done what it was asked for, but has not said so."""


class ClientCalls:
    """All that wait, by the id that the client was given."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._waiting: dict[int, asyncio.Future[msgspec.Raw]] = {}

    async def call(self, method: str, params: object, kind: type[T], seconds: float | None = None) -> T:
        """Ask the client, and wait for its answer. Raises `ClientRefused`."""
        answer: asyncio.Future[msgspec.Raw] = asyncio.get_running_loop().create_future()
        number = self._peer.ask(method, params)
        self._waiting[number] = answer
        try:
            async with asyncio.timeout(seconds):
                return msgspec.json.decode(await answer, type=kind)
        except TimeoutError:
            raise Unclear(f"{method}: no answer") from None
        except NOT_JSON as error:
            raise Unclear(f"{method}: {error}") from None
        finally:
            del self._waiting[number]

    def take(self, message: Response | ErrorResponse) -> bool:
        """Whether somebody here waited for this answer."""
        answer = self._waiting.get(message.id) if isinstance(message.id, int) else None
        if answer is None:
            return False
        if not answer.done():
            if isinstance(message, Response):
                answer.set_result(message.result)
            else:
                answer.set_exception(ClientRefused(message.message))
        return True

    def close(self) -> None:
        """Nobody answers any more."""
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(Unclear("the client is gone"))
