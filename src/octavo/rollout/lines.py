"""The lines of a saved session: their shapes, their bytes, and how to read what others wrote (`docs/rollouts.md`).

Writing is exact: compact UTF-8 JSON, keys `timestamp`, `type`, `payload` in this
order. Reading forgives: a line that is torn, unknown or of another shape is None,
never an error.
"""

from __future__ import annotations

import time
from functools import cache
from typing import Any, Literal, get_args

import msgspec
from msgspec import UNSET, UnsetType

from octavo.protocol.checkout import GitInfo
from octavo.protocol.ids import ConversationId, InvalidConversationId, parse_conversation_id
from octavo.protocol.items import ResponseItem
from octavo.protocol.policy import ApprovalPolicy, ReasoningEffort, ReasoningSummary, SandboxPolicy
from octavo.protocol.source import SessionSource

LineKind = Literal["session_meta", "response_item", "event_msg", "turn_context", "compacted"]
KINDS: dict[bytes, LineKind] = {kind.encode(): kind for kind in get_args(LineKind)}

BAD_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding of foreign bytes may raise."""

_HEAD = b'{"timestamp":"'
_TYPE_AT = len(_HEAD) + len("2026-01-01T00:00:00.000Z")
_TYPE = b'","type":"'
_PAYLOAD = b'","payload":'


class SessionMeta(msgspec.Struct, frozen=True, kw_only=True):
    """The first line: who started the session, where and when (`timestamp`: UTC, milliseconds, `Z`).

    `history_mode` is never set by us; later releases mark files with it whose lines are numbered.
    """

    id: ConversationId
    timestamp: str
    cwd: str
    originator: str
    cli_version: str
    instructions: str | None = None
    source: SessionSource = "vscode"
    model_provider: str | None = None
    git: GitInfo | UnsetType = UNSET
    history_mode: str | UnsetType = UNSET
    thread_source: str | UnsetType = UNSET
    """What kind of work started the session, in words of the client's."""


class TurnContextLine(msgspec.Struct, frozen=True):
    """The settings of one attempt to call the model; the provider only where it is not the session's own."""

    cwd: str
    approval_policy: ApprovalPolicy
    sandbox_policy: SandboxPolicy
    model: str
    effort: ReasoningEffort | UnsetType = UNSET
    summary: ReasoningSummary = "auto"
    model_provider: str | UnsetType = UNSET


class DroppedOutput(msgspec.Struct, frozen=True):
    """The output of a call that a compaction took out: the command or tool, and the size in bytes of JSON."""

    call_id: str
    call: str
    bytes: int


class CompactedLine(msgspec.Struct, frozen=True):
    """The history before this line was replaced by a summary.

    `replacement_history`, as later releases write it too, is the new history itself. A careful
    compaction tells which outputs it took out and how many `others`; a line that `takes_back`
    one puts the history of before it, and what has come since, in place again.
    """

    message: str
    replacement_history: tuple[ResponseItem, ...] | UnsetType = UNSET
    dropped: tuple[DroppedOutput, ...] | UnsetType = UNSET
    others: int | UnsetType = UNSET
    takes_back: bool | UnsetType = UNSET


class RolloutLine(msgspec.Struct, frozen=True):
    """One line of a known kind; `payload` is its JSON text."""

    kind: LineKind
    payload: bytes


# --- writing -------------------------------------------------------------------------------


def timestamp_text(unix_ms: int) -> str:
    """UTC with exactly three fraction digits and `Z`."""
    seconds, milliseconds = divmod(unix_ms, 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{milliseconds:03}Z"


def encode_line(unix_ms: int, kind: LineKind, payload: bytes, ordinal: int | None = None) -> bytes:
    """The whole line with its line end; `ordinal` numbers the line where the file's others are numbered."""
    number = b"" if ordinal is None else b'"ordinal":%d,' % ordinal
    return b'{"timestamp":"%s",%s"type":"%s","payload":%s}\n' % (
        timestamp_text(unix_ms).encode(),
        number,
        kind.encode(),
        payload,
    )


# --- reading -------------------------------------------------------------------------------


class _Envelope(msgspec.Struct):
    type: str
    payload: msgspec.Raw
    timestamp: str = ""
    ordinal: int | None = None


# Made with the first line that is read: a new session reads none.
@cache
def _envelopes() -> msgspec.json.Decoder[_Envelope]:
    return msgspec.json.Decoder(_Envelope)


@cache
def _metas() -> msgspec.json.Decoder[SessionMeta]:
    return msgspec.json.Decoder(SessionMeta)


def kind_of(line: bytes) -> LineKind | None:
    """The kind as the line's first bytes tell it, without reading the rest; None for unknown and torn ones."""
    if line.startswith(_TYPE, _TYPE_AT) and line.startswith(_HEAD):
        start = _TYPE_AT + len(_TYPE)
        return KINDS.get(line[start : line.find(b'"', start)])
    decoded = decode_line(line)
    return decoded.kind if decoded else None


def usual_payload(line: bytes) -> bytes:
    """The payload's text if the line is spelled as usual; nothing is checked, so decode it before trusting it."""
    start = line.find(_PAYLOAD, _TYPE_AT) + len(_PAYLOAD)
    return line[start:-1] if start < 128 and line.startswith(_HEAD) else b""


def decode_line(line: bytes) -> RolloutLine | None:
    """The line, fully checked to be JSON, in any spelling; None if it is torn or of an unknown kind."""
    try:
        envelope = _envelopes().decode(line)
    except BAD_JSON:
        return None
    kind = KINDS.get(envelope.type.encode("utf-8", "replace"))
    return RolloutLine(kind, bytes(envelope.payload)) if kind else None


def timestamp_of(line: bytes) -> str:
    """When the line was written, as it says; empty if it does not."""
    try:
        return _envelopes().decode(line).timestamp
    except BAD_JSON:
        return ""


def ordinal_of(line: bytes) -> int | None:
    """The line's number, in files whose lines are numbered."""
    try:
        return _envelopes().decode(line).ordinal
    except BAD_JSON:
        return None


def decode_meta(payload: bytes) -> SessionMeta | None:
    """The facts of a session; an unknown source is `unknown`, fields of older files may be missing."""
    try:
        meta = _metas().decode(payload)
    except BAD_JSON:
        return _odd_meta(payload)
    return _with_usual_id(meta)


def _odd_meta(payload: bytes) -> SessionMeta | None:
    """Reads a meta line field by field, so that an unknown optional one costs no more than itself."""
    try:
        fields = msgspec.json.decode(payload, type=dict[str, Any])
    except BAD_JSON:
        return None
    if "source" in fields and not _fits(fields["source"], SessionSource):
        fields["source"] = _later_source(fields["source"])
    for name, kind in (
        ("instructions", str),
        ("model_provider", str),
        ("git", GitInfo),
        ("history_mode", str),
        ("thread_source", str),
    ):
        if not _fits(fields.get(name), kind):
            fields.pop(name, None)
    try:
        return _with_usual_id(msgspec.convert(fields, SessionMeta))
    except msgspec.ValidationError:
        return None


def _later_source(saved: object) -> object:
    """Further kinds of sub-conversations, as later releases have them, are known by their word."""
    kind = saved.get("subagent") if isinstance(saved, dict) else None
    word = next(iter(kind), None) if isinstance(kind, dict) else kind
    return {"subagent": {"other": word}} if isinstance(word, str) else "unknown"


def _fits(value: object, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def _with_usual_id(meta: SessionMeta) -> SessionMeta | None:
    try:
        return msgspec.structs.replace(meta, id=parse_conversation_id(meta.id))
    except InvalidConversationId:
        return None
