"""What clients send, in types. A member that is null counts as not given; unknown members are ignored."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec

from octavo.errors import OctavoError
from octavo.frontends.jsonrpc.messages import NOT_JSON
from octavo.protocol.policy import ApprovalPolicy, SandboxMode

T = TypeVar("T")


class ClientInfo(msgspec.Struct, frozen=True):
    """The program at the other end."""

    name: str
    version: str
    title: str | None = None


class InitializeParams(msgspec.Struct, frozen=True, rename="camel"):
    """The handshake."""

    protocol_version: str
    capabilities: dict[str, Any]
    client_info: ClientInfo


class CallParams(msgspec.Struct, frozen=True):
    """A call of a tool; `arguments` is JSON text."""

    name: str
    arguments: msgspec.Raw = msgspec.Raw(b"null")

    @property
    def given(self) -> msgspec.Raw | None:
        """The arguments; None for null as well."""
        return None if bytes(self.arguments).strip() == b"null" else self.arguments


class CancelledParams(msgspec.Struct, frozen=True, rename="camel"):
    """The client does not wait for this request any more."""

    request_id: str | int
    reason: str | None = None


class CodexArguments(msgspec.Struct, frozen=True, rename="kebab"):
    """A new conversation and its first prompt."""

    prompt: str
    model: str | None = None
    profile: str | None = None
    cwd: str | None = None
    approval_policy: ApprovalPolicy | None = None
    sandbox: SandboxMode | None = None
    config: dict[str, Any] | None = None
    base_instructions: str | None = None
    developer_instructions: str | None = None
    compact_prompt: str | None = None


class ReplyArguments(msgspec.Struct, frozen=True, rename="camel"):
    """The next prompt of a conversation."""

    conversation_id: str
    prompt: str


class BadArguments(OctavoError):
    """They do not fit; the text says why."""


def parse(text: msgspec.Raw | bytes, kind: type[T]) -> T:
    """JSON text in its type. Raises `BadArguments`."""
    try:
        return msgspec.json.decode(text, type=kind)
    except NOT_JSON as error:
        reason = str(error)
        missing = re.match(r"Object missing required field `([^`]*)`", reason)
        raise BadArguments(f"missing field `{missing[1]}`" if missing else reason) from None
