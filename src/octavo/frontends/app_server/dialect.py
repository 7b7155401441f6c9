"""What is different from one generation of clients to the next (`docs/architecture.md`, "Dialects").

A dialect says which methods there are and what a conversation's events become. Everything
else is shared: the line loop, the loaded conversations, listeners, questions, logins, searches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from octavo.frontends.app_server.shapes import Empty
from octavo.frontends.jsonrpc.places import at_place
from octavo.protocol.events import Event, TurnAborted
from octavo.protocol.policy import ReviewDecision

if TYPE_CHECKING:
    from octavo.frontends.app_server.loaded import Loaded
    from octavo.frontends.jsonrpc.questions import Request
    from octavo.protocol.ops import Remember


class NoParams(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request that says nothing; what is said nevertheless is refused."""


class Method(msgspec.Struct, frozen=True):
    """A request: what its params and its result are, and who serves it, each as `module:name`, loaded on use.

    The handler is a function that takes the server, the request's id and the params. It gives
    the result, or None when the answer is already sent or comes later. A request of the
    server's own has none.
    """

    params_type: str | None
    """None where nothing is said."""
    result_type: str | None
    """None where the answer says only that it was done."""
    handler: str = ""

    @property
    def params(self) -> Any:
        """The type of its params."""
        return NoParams if self.params_type is None else at_place(self.params_type)

    @property
    def result(self) -> Any:
        """The type of its result."""
        return Empty if self.result_type is None else at_place(self.result_type)


class Notice(msgspec.Struct, frozen=True):
    """Something to tell the client."""

    method: str
    params: object


class Inquiry(msgspec.Struct, frozen=True):
    """Something to ask the client; `decision_in` reads its answer, `remember_in` the rule that it makes, if any.

    `on_close` is told the question's id when nothing waits for its answer any more.
    An error for an answer leaves the question open, or refuses if `error_refuses`.
    """

    method: str
    params: object
    request: Request
    decision_in: Callable[[msgspec.Raw], ReviewDecision]
    on_close: Callable[[int], None] | None = None
    error_refuses: bool = False
    remember_in: Callable[[msgspec.Raw], Remember | None] | None = None


Voice = Callable[[Event], Iterable[Notice | Inquiry]]
"""What the client hears of a conversation's events, in order."""


class Dialect(msgspec.Struct, frozen=True):
    """One generation's words.

    `voice` makes the voice of a conversation that comes without one of its own. `interrupted`
    makes the answer to a request that interrupted a turn, from how the turn ended. With
    `hears_once` a client hears each event once, however many listeners it has.
    """

    methods: Mapping[str, Method]
    voice: Callable[[Loaded], Voice]
    interrupted: Callable[[TurnAborted], object]
    hears_once: bool = False
