"""Under which names the types are known to clients, where those are not the names of our classes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple, get_args

from octavo.frontends.app_server import shapes
from octavo.frontends.app_server.v1.types import params, values
from octavo.protocol import commands, events, items, policy, turn_items


class Names(NamedTuple):
    """How one dialect calls its types.

    `choice` gives the name of a choice between words, in a field of this name, and the words in
    their own order; `done_name` the name of the result of a method that only says that it was done.
    Classes that are `inline` have no name, fields that are `big` are whole numbers of 64 bits.
    A class among `bases` stands for a union of classes that are made from it.
    """

    class_name: Callable[[type], str]
    choice: Callable[[Collection[str], str], tuple[str | None, tuple[str, ...]]]
    union_name: Callable[[Collection[type]], str | None]
    field_name: Callable[[str], str | None]
    done_name: Callable[[str], str]
    inline: frozenset[str]
    big: frozenset[str]
    bases: Mapping[type, Any]


_CLASSES = {
    "AgentContent": "AgentMessageContent",
    "CodeLocation": "ReviewCodeLocation",
    "CommandRisk": "SandboxCommandAssessment",
    "EnteredReviewMode": "ReviewRequest",
    "LineRange": "ReviewLineRange",
    "LocalShellExec": "LocalShellAction",
    "McpToolResult": "CallToolResult",
    "PlanStep": "PlanItemArg",
    "PlanUpdate": "UpdatePlanArgs",
    "ReviewOutput": "ReviewOutputEvent",
    "SummaryText": "ReasoningItemReasoningSummary",
}

_CHOICES: dict[str, Any] = {
    "AskForApproval": policy.ApprovalPolicy,
    "AuthMode": shapes.AuthMode,
    "ForcedLoginMethod": values.ForcedLoginMethod,
    "McpAuthStatus": events.McpAuthStatus,
    "PlanType": values.PlanType,
    "ReasoningEffort": policy.ReasoningEffort,
    "ReasoningSummary": policy.ReasoningSummary,
    "ReviewDecision": policy.ReviewDecision,
    "SandboxMode": policy.SandboxMode,
    "SandboxRiskCategory": events.RiskCategory,
    "StepStatus": events.PlanStatus,
    "Verbosity": policy.Verbosity,
}
_WORDS = (
    ("ExecOutputStream", ("stdout", "stderr")),
    ("LocalShellStatus", ("completed", "in_progress", "incomplete")),
    ("TurnAbortReason", ("interrupted", "replaced", "review_ended")),
)
# The same words as those of another choice: told apart by the field.
_CHOICES_OF_FIELDS = {"risk_level": "SandboxRiskLevel"}

INLINE = frozenset(
    {
        *("AddedFile", "DeletedFile", "UpdatedFile", "McpOutcome"),
        *("ImageData", "LocalImageData", "Text", "TextData"),
    }
)
"""Classes whose types have no name: they are written where they are used."""

_UNIONS: dict[str, Any] = {
    "Account": values.Account,
    "ContentItem": items.ContentPart,
    "FunctionCallOutputContentItem": items.OutputPart,
    "InputItem": values.InputItem,
    "LoginAccountParams": params.LoginAccountParams,
    "ParsedCommand": commands.ParsedCommand,
    "ReasoningItemContent": items.ReasoningText | items.PlainText,
    "ResponseItem": items.ResponseItem,
    "SandboxPolicy": policy.SandboxPolicy,
    "UserInput": turn_items.TextInput | turn_items.ImageInput,
}

_FIELDS = {
    "abortReason": "TurnAbortReason",
    "conversationId": "ConversationId",
    "sessionId": "ConversationId",
    "session_id": "ConversationId",
    "sha": "GitSha",
    "thread_id": "ConversationId",
    "initial_messages": "EventMsg",
    "initialMessages": "EventMsg",
}
"""Fields that mean more than their type says."""

BIG = frozenset({"historyLogId", "history_log_id", "log_id", "timeoutMs", "timeout_ms", "ts"})
"""Fields that clients know as whole numbers of 64 bits."""

_DONE = {
    "account/logout": "LogoutAccountResponse",
    "removeConversationListener": "RemoveConversationSubscriptionResponse",
}


def class_name(kind: type) -> str:
    """The name of a class's type."""
    name = _CLASSES.get(kind.__name__)
    if name is None:
        name = f"{kind.__name__}Event" if issubclass(kind, events.Msg) else kind.__name__
    return name


def choice(words: Collection[str], field: str) -> tuple[str | None, tuple[str, ...]]:
    """The name of a choice between these words, if it has one, and the words in their own order."""
    for name, known in (*_WORDS, *((name, get_args(alias)) for name, alias in _CHOICES.items())):
        if set(known) == set(words):
            return _CHOICES_OF_FIELDS.get(field, name), known
    return None, tuple(words)


def union_name(kinds: Collection[type]) -> str | None:
    """The name of a union of these classes, if it has one."""
    known = {frozenset(get_args(alias)): name for name, alias in _UNIONS.items()}
    return known.get(frozenset(kinds))


def field_name(field: str) -> str | None:
    """The name of the type of a field that means more than its type says."""
    return _FIELDS.get(field)


def done_name(method: str) -> str:
    """The name of the result of a method that only says that it was done."""
    return _DONE.get(method, f"{method[0].upper()}{method[1:]}Response")


def pascal(text: str) -> str:
    """`agent_message` and `danger-full-access` as one word with capitals."""
    words = text.replace("-", "_").replace("/", "_").split("_")
    return "".join(word[:1].upper() + word[1:] for word in words)


FIRST = Names(class_name, choice, union_name, field_name, done_name, INLINE, BIG, {})
"""The names of the first generation."""
