"""What the model reads and writes: the items of a conversation's history (`docs/protocol.md`).

The same shapes stand in requests, in saved sessions and in `raw_response_item`
events. A server's item id is kept in memory only; `wire_form` takes it off.
Field order is the order on the wire.
"""

# No `from __future__ import annotations` here, for the reason given in `config.schema`.

from typing import Any, Literal, get_args

import msgspec
from msgspec import UNSET, UnsetType

Phase = Literal["commentary", "partial_answer", "final_answer"]
PHASES = get_args(Phase)
"""What a message of the assistant can be in its turn, where the model says so."""


class InputText(msgspec.Struct, frozen=True, tag="input_text"):
    """Text that the model reads."""

    text: str


class InputImage(msgspec.Struct, frozen=True, tag="input_image"):
    """A picture that the model sees; `image_url` is usually a data URL."""

    image_url: str


class OutputText(msgspec.Struct, frozen=True, tag="output_text"):
    """Text that the model wrote."""

    text: str


ContentPart = InputText | InputImage | OutputText


class Message(msgspec.Struct, frozen=True, tag="message"):
    """A message of the user, the assistant or the developer.

    `phase` is one of `PHASES` where the model tells it, and goes back to the model; other words do not count.
    """

    role: str
    content: tuple[ContentPart, ...]
    id: str | UnsetType | None = UNSET
    phase: Any = UNSET


class SummaryText(msgspec.Struct, frozen=True, tag="summary_text"):
    """One section of a reasoning summary."""

    text: str


class ReasoningText(msgspec.Struct, frozen=True, tag="reasoning_text"):
    """Raw reasoning."""

    text: str


class PlainText(msgspec.Struct, frozen=True, tag="text"):
    """Raw reasoning as some servers label it."""

    text: str


class Reasoning(msgspec.Struct, frozen=True, tag="reasoning"):
    """What the model thought. `content` is null when the server sent none.

    `key` is the name under which a chat server sent it; like the id it is kept in memory only.
    """

    summary: tuple[SummaryText, ...]
    content: tuple[ReasoningText | PlainText, ...] | UnsetType | None = None
    encrypted_content: str | None = None
    id: str | UnsetType | None = UNSET
    key: str | UnsetType | None = UNSET


class FunctionCall(msgspec.Struct, frozen=True, tag="function_call"):
    """A call of a function tool; `arguments` is the JSON text exactly as the model wrote it."""

    name: str
    arguments: str
    call_id: str
    id: str | UnsetType | None = UNSET


OutputPart = InputText | InputImage


class FunctionCallOutput(msgspec.Struct, frozen=True, tag="function_call_output"):
    """The answer to a function or local shell call."""

    call_id: str
    output: str | tuple[OutputPart, ...]


class LocalShellExec(msgspec.Struct, frozen=True, tag="exec"):
    """The command of a local shell call; every key is always written."""

    command: tuple[str, ...]
    timeout_ms: int | None = None
    working_directory: str | None = None
    env: dict[str, str] | None = None
    user: str | None = None


class LocalShellCall(msgspec.Struct, frozen=True, tag="local_shell_call"):
    """A command that a model with a built-in shell tool asks for."""

    call_id: str | None
    status: Literal["completed", "in_progress", "incomplete"]
    action: LocalShellExec
    id: str | UnsetType | None = UNSET


class CustomToolCall(msgspec.Struct, frozen=True, kw_only=True, tag="custom_tool_call"):
    """A call of a freeform tool; `input` is free text."""

    status: str | UnsetType | None = UNSET
    call_id: str
    name: str
    input: str
    id: str | UnsetType | None = UNSET


class CustomToolCallOutput(msgspec.Struct, frozen=True, tag="custom_tool_call_output"):
    """The answer to a freeform tool call."""

    call_id: str
    output: str


class WebSearchAction(msgspec.Struct, frozen=True):
    """What the provider's web search did: `search` for a query or several, `open_page`, `find_in_page`."""

    type: str
    query: str | UnsetType | None = UNSET
    queries: tuple[str, ...] | UnsetType | None = UNSET
    url: str | UnsetType | None = UNSET
    pattern: str | UnsetType | None = UNSET


class WebSearchCall(msgspec.Struct, frozen=True, kw_only=True, tag="web_search_call"):
    """A web search that the provider ran by itself. What it does may be told at its end only."""

    status: str | UnsetType | None = UNSET
    action: WebSearchAction = WebSearchAction("other")
    id: str | UnsetType | None = UNSET


class GhostCommit(msgspec.Struct, frozen=True):
    """A commit that no ref names, and what git did not track when it was made."""

    id: str
    parent: str | None = None
    preexisting_untracked_files: tuple[str, ...] = ()
    preexisting_untracked_dirs: tuple[str, ...] = ()


class GhostSnapshot(msgspec.Struct, frozen=True, tag="ghost_snapshot"):
    """A snapshot of the work tree, for undo; never sent to the model."""

    ghost_commit: GhostCommit


ResponseItem = (
    Message
    | Reasoning
    | FunctionCall
    | FunctionCallOutput
    | LocalShellCall
    | CustomToolCall
    | CustomToolCallOutput
    | WebSearchCall
    | GhostSnapshot
)

ToolCall = FunctionCall | LocalShellCall | CustomToolCall
ToolOutput = FunctionCallOutput | CustomToolCallOutput


def wire_form(item: ResponseItem) -> ResponseItem:
    """The item as it is saved and sent: without its id, and reasoning content that holds only plain `text` left out."""
    if isinstance(item, Reasoning):
        content = item.content
        if (content and not any(isinstance(part, ReasoningText) for part in content)) or content == ():
            content = UNSET
        return Reasoning(item.summary, content, item.encrypted_content)
    if isinstance(item, CustomToolCall):
        return msgspec.structs.replace(item, id=UNSET, status=item.status or UNSET)
    if isinstance(item, Message) and item.phase is not UNSET:
        return msgspec.structs.replace(item, id=UNSET, phase=item.phase if item.phase in PHASES else UNSET)
    if isinstance(item, Message | FunctionCall | LocalShellCall | WebSearchCall) and item.id is not UNSET:
        return msgspec.structs.replace(item, id=UNSET)
    return item


def told_form(item: ResponseItem) -> ResponseItem:
    """The item as events tell it: `wire_form` without what their language does not have."""
    bare = wire_form(item)
    return Message(bare.role, bare.content) if isinstance(bare, Message) and bare.phase is not UNSET else bare


def user_message(*parts: ContentPart) -> Message:
    """A message of the user."""
    return Message("user", parts)


def message_text(item: Message) -> str:
    """The text parts joined, input and output alike."""
    return "".join(part.text for part in item.content if not isinstance(part, InputImage))


decode_item = msgspec.json.Decoder(ResponseItem).decode
"""From JSON bytes; raises `msgspec.ValidationError` for an item of a kind or shape that is not known."""


def encode_item(item: ResponseItem) -> bytes:
    """The JSON of the item as it is saved and sent; characters that UTF-8 cannot carry become `?`."""
    bare = wire_form(item)
    try:
        return msgspec.json.encode(bare)
    except UnicodeEncodeError:
        return msgspec.json.encode(_without_surrogates(msgspec.to_builtins(bare)))


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_surrogates(item) for item in value]
    return value
