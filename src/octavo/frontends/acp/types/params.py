"""What clients send."""

from __future__ import annotations

from typing import Any

import msgspec

from octavo.frontends.acp.types.base import Wire
from octavo.frontends.acp.types.content import ContentBlock


class FileSystem(Wire, frozen=True, kw_only=True):
    """Whether files can be read and written through the client."""

    read_text_file: bool | None = None
    write_text_file: bool | None = None


class AuthCapabilities(Wire, frozen=True, kw_only=True):
    """Whether the client can run a login in a terminal."""

    terminal: bool | None = None


class ClientCapabilities(Wire, frozen=True, kw_only=True):
    """What the client can do for us."""

    fs: FileSystem | None = None
    terminal: bool | None = None
    auth: AuthCapabilities | None = None
    meta: dict[str, Any] | None = msgspec.field(name="_meta", default=None)


class Implementation(Wire, frozen=True, kw_only=True):
    """A program."""

    name: str
    version: str = ""
    title: str | None = None


class InitializeParams(Wire, frozen=True, kw_only=True):
    """The handshake."""

    protocol_version: int
    client_capabilities: ClientCapabilities | None = None
    client_info: Implementation | None = None


class AuthenticateParams(Wire, frozen=True, kw_only=True):
    """How to log in."""

    method_id: str


class NoParams(Wire, frozen=True, kw_only=True):
    """A request that says nothing."""


class NameAndValue(Wire, frozen=True, kw_only=True):
    """A variable or a header."""

    name: str
    value: str


class McpServer(Wire, frozen=True, kw_only=True):
    """A server of tools: a program to start, or an address when `type` says so."""

    name: str
    type: str | None = None
    command: str | None = None
    args: tuple[str, ...] = ()
    env: tuple[NameAndValue, ...] = ()
    url: str | None = None
    headers: tuple[NameAndValue, ...] = ()


class NewSessionParams(Wire, frozen=True, kw_only=True):
    """A new session in a folder."""

    cwd: str
    mcp_servers: tuple[McpServer, ...]
    additional_directories: tuple[str, ...] | None = None


class LoadSessionParams(NewSessionParams, frozen=True, kw_only=True):
    """A saved session, shown and gone on with."""

    session_id: str


class ResumeSessionParams(Wire, frozen=True, kw_only=True):
    """A saved session, gone on with."""

    session_id: str
    cwd: str
    mcp_servers: tuple[McpServer, ...] | None = None
    additional_directories: tuple[str, ...] | None = None


class ListSessionsParams(Wire, frozen=True, kw_only=True):
    """Saved sessions, those of one folder or all."""

    cwd: str | None = None
    cursor: str | None = None


class SessionParams(Wire, frozen=True, kw_only=True):
    """A session."""

    session_id: str


class PromptParams(Wire, frozen=True, kw_only=True):
    """What the user says."""

    session_id: str
    prompt: tuple[ContentBlock, ...]


class SetModeParams(Wire, frozen=True, kw_only=True):
    """Another way to work."""

    session_id: str
    mode_id: str


class SetConfigOptionParams(Wire, frozen=True, kw_only=True):
    """Another value for one setting."""

    session_id: str
    config_id: str
    value: str | bool
