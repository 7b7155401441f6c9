"""All types of today's dialect by name, read off its own tables (`docs/type-export.md`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, get_args

from octavo.frontends.app_server.dialect import Method, NoParams
from octavo.frontends.app_server.export.collect import Collector, message
from octavo.frontends.app_server.export.names import Names
from octavo.frontends.app_server.export.shapes import Either, Field, Named, Plain, Record, Ref, Shape, Variant
from octavo.frontends.app_server.shapes import Empty
from octavo.frontends.app_server.v2 import methods
from octavo.frontends.app_server.v2.types import accounts, command_items, patches, review, searches, threads, values
from octavo.frontends.app_server.v2.types.every_item import BASES, ThreadItem
from octavo.frontends.jsonrpc.places import at_place

_STEMS = {
    "account/login/cancel": "CancelLoginAccount",
    "account/login/start": "LoginAccount",
    "account/logout": "LogoutAccount",
    "account/rateLimits/read": "GetAccountRateLimits",
    "account/read": "GetAccount",
    "item/agentMessage/delta": "AgentMessageDelta",
    "item/commandExecution/outputDelta": "CommandExecutionOutputDelta",
    "item/commandExecution/requestApproval": "CommandExecutionRequestApproval",
    "item/fileChange/requestApproval": "FileChangeRequestApproval",
    "item/reasoning/summaryPartAdded": "ReasoningSummaryPartAdded",
    "item/reasoning/summaryTextDelta": "ReasoningSummaryTextDelta",
    "item/reasoning/textDelta": "ReasoningTextDelta",
    "serverRequest/resolved": "ServerRequestResolved",
    "thread/name/set": "ThreadSetName",
}
"""What the names of a method's types begin with, where that is not the method itself."""

_UNIONS: dict[str, Any] = {
    "Account": accounts.ApiKeyAccount | accounts.ChatGptAccount,
    "CommandAction": command_items.CommandAction,
    "LoginAccountParams": accounts.Login,
    "LoginAccountResponse": accounts.LoginResponse,
    "PatchChangeKind": patches.AddKind | patches.DeleteKind | patches.UpdateKind,
    "ReviewTarget": review.ReviewTarget,
    "SandboxPolicy": values.SandboxPolicy,
    "ThreadItem": ThreadItem,
    "ThreadStatus": threads.ThreadStatus,
    "UserInput": values.InputPart,
    "WebSearchAction": searches.WebAction,
}
_CLASSES = {
    "EffortOption": "ReasoningEffortOption",
    "FileUpdate": "FileUpdateChange",
    "McpError": "McpToolCallError",
    "McpResult": "McpToolCallResult",
    "PlanStep": "TurnPlanStep",
    "RateLimits": "RateLimitSnapshot",
    "TokenCounts": "TokenUsageBreakdown",
}


def language_of_today() -> Named:
    """Every type that crosses the wire to a client of today, and what it looks like."""
    collector = Collector(_NAMES)
    named = collector.named
    named["RequestId"] = Either((Plain("string"), Plain("integer")))
    named["ClientRequest"] = _requests(collector, methods.REQUESTS)
    named["ServerRequest"] = _requests(collector, methods.SERVER_REQUESTS)
    named["ServerNotification"] = Either(
        tuple(_notification(collector, method, at_place(place)) for method, place in methods.NOTIFICATIONS.items())
    )
    named["ClientNotification"] = Either((message("initialized"),))
    return named


def stem(method: str) -> str:
    """What the names of a method's types begin with."""
    return _STEMS.get(method) or "".join(word[:1].upper() + word[1:] for word in method.split("/"))


def _requests(collector: Collector, table: Mapping[str, Method]) -> Shape:
    return Either(tuple(_request(collector, method, types) for method, types in table.items()))


def _request(collector: Collector, method: str, types: Method) -> Variant:
    name = stem(method)
    result = Record(()) if types.result is Empty else collector.body(types.result)
    if result != Ref(f"{name}Response"):
        collector.named[f"{name}Response"] = result
    request_id = Field("id", Ref("RequestId"))
    if types.params is NoParams:
        return message(method, request_id, Field("params", Plain("null"), may_lack=True))
    given = collector.body(types.params)
    if given != Ref(f"{name}Params"):
        collector.named[f"{name}Params"] = given
    return message(method, request_id, Field("params", Ref(f"{name}Params")))


def _notification(collector: Collector, method: str, kind: Any) -> Variant:
    name = f"{stem(method)}Notification"
    collector.named[name] = collector.body(kind)
    return message(method, Field("params", Ref(name)))


def _class_name(kind: type) -> str:
    return _CLASSES.get(kind.__name__, kind.__name__)


def _choice(words: Collection[str], _: str) -> tuple[str | None, tuple[str, ...]]:
    return None, tuple(words)


def _union_name(kinds: Collection[type]) -> str | None:
    known = {frozenset(get_args(alias)): name for name, alias in _UNIONS.items()}
    return known.get(frozenset(kinds))


def _field_name(_: str) -> str | None:
    return None


_NAMES = Names(
    _class_name,
    _choice,
    _union_name,
    _field_name,
    stem,
    frozenset(),
    frozenset({"startedAtMs", "completedAtMs"}),
    BASES,
)
