"""What is different from one generation of clients to the next (`docs/architecture.md`, "Dialects").

A dialect says which methods there are and what a conversation's events become. Everything
else is shared: the line loop, the loaded conversations, listeners, questions, logins, searches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from octavo.frontends.jsonrpc.questions import Request
from octavo.protocol.events import Event, TurnAborted
from octavo.protocol.ids import ConversationId
from octavo.protocol.policy import ReviewDecision


class NoParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request that says nothing; what is said nevertheless is refused."""


class Method(NamedTuple):
    """A request: the types of its params and its result, and who serves it.

    `handler` is `module:function`, imported on use; the function takes the server, the
    request's id and the params. It gives the result, or None when the answer is already
    sent or comes later. A request of the server's own has none.
    """

    params: Any
    result: Any
    handler: str = ""


class Notice(msgspec.Struct, frozen=True):
    """Something to tell the client."""

    method: str
    params: object


class Inquiry(msgspec.Struct, frozen=True):
    """Something to ask the client; `decision_in` reads its answer."""

    method: str
    params: object
    request: Request
    decision_in: Callable[[msgspec.Raw], ReviewDecision]


class Dialect(NamedTuple):
    """One generation's words.

    `messages_of` gives what the client hears of an event, in order. `interrupted` makes the
    answer to a request that interrupted a turn, from how the turn ended.
    """

    methods: Mapping[str, Method]
    messages_of: Callable[[ConversationId, Event], Iterable[Notice | Inquiry]]
    interrupted: Callable[[TurnAborted], object]
