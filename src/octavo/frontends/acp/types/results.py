"""What requests of the client are answered with."""

from __future__ import annotations

from typing import Any, Literal

from octavo.frontends.acp.types.base import Empty, Wire
from octavo.frontends.acp.types.params import Implementation

StopReason = Literal["end_turn", "max_tokens", "max_turn_requests", "refusal", "cancelled"]


class PromptCapabilities(Wire, frozen=True, kw_only=True, omit_defaults=False):
    """What prompts may hold besides text and links."""

    image: bool = True
    audio: bool = False
    embedded_context: bool = True


class McpCapabilities(Wire, frozen=True, kw_only=True, omit_defaults=False):
    """Which servers of tools can be reached, besides programs."""

    http: bool = True
    sse: bool = False


class SessionCapabilities(Wire, frozen=True, kw_only=True, omit_defaults=False):
    """Which methods for sessions there are, besides the usual ones."""

    list: Empty = Empty()
    resume: Empty = Empty()
    close: Empty = Empty()
    additional_directories: Empty = Empty()


class AgentAuthCapabilities(Wire, frozen=True, kw_only=True, omit_defaults=False):
    """What can be done about logins."""

    logout: Empty = Empty()


class AgentCapabilities(Wire, frozen=True, kw_only=True, omit_defaults=False):
    """What this agent can do."""

    load_session: bool = True
    prompt_capabilities: PromptCapabilities = PromptCapabilities()
    mcp_capabilities: McpCapabilities = McpCapabilities()
    session_capabilities: SessionCapabilities = SessionCapabilities()
    auth: AgentAuthCapabilities = AgentAuthCapabilities()


class Variable(Wire, frozen=True, kw_only=True):
    """A variable of the environment that is to hold a key."""

    name: str


class AuthMethod(Wire, frozen=True, kw_only=True):
    """A way to log in: by this agent itself, by a variable (`env_var`), or with `args` in a terminal (`terminal`)."""

    id: str
    name: str
    description: str
    type: Literal["env_var", "terminal"] | None = None
    vars: tuple[Variable, ...] | None = None
    args: tuple[str, ...] | None = None


class InitializeResult(Wire, frozen=True, kw_only=True, omit_defaults=False):
    """The handshake's answer."""

    protocol_version: int
    agent_info: Implementation
    auth_methods: tuple[AuthMethod, ...]
    agent_capabilities: AgentCapabilities = AgentCapabilities()


class Mode(Wire, frozen=True, kw_only=True):
    """A way to work."""

    id: str
    name: str
    description: str


class Modes(Wire, frozen=True, kw_only=True):
    """The ways to work, and that of now."""

    current_mode_id: str
    available_modes: tuple[Mode, ...]


class OptionValue(Wire, frozen=True, kw_only=True):
    """A value to choose."""

    value: str
    name: str
    description: str | None = None


class ConfigOption(Wire, frozen=True, kw_only=True):
    """A setting with a list of values."""

    id: str
    name: str
    description: str
    category: Literal["mode", "model", "thought_level"]
    current_value: str
    options: tuple[OptionValue, ...]
    type: Literal["select"]


class SessionState(Wire, frozen=True, kw_only=True):
    """What a session works under."""

    modes: Modes
    config_options: tuple[ConfigOption, ...]


class NewSessionResult(SessionState, frozen=True, kw_only=True):
    """The same, with the id of the new session."""

    session_id: str


class ConfigOptions(Wire, frozen=True, kw_only=True):
    """All settings."""

    config_options: tuple[ConfigOption, ...]


class SessionInfo(Wire, frozen=True, kw_only=True):
    """A saved session; `updated_at` as RFC 3339 has it."""

    session_id: str
    cwd: str
    title: str | None = None
    updated_at: str | None = None


class SessionList(Wire, frozen=True, kw_only=True):
    """A page of saved sessions."""

    sessions: tuple[SessionInfo, ...]
    next_cursor: str | None = None


class Usage(Wire, frozen=True, kw_only=True):
    """Tokens of a turn."""

    total_tokens: int
    input_tokens: int
    output_tokens: int
    thought_tokens: int | None = None
    cached_read_tokens: int | None = None


class PromptResult(Wire, frozen=True, kw_only=True):
    """The turn is over."""

    stop_reason: StopReason
    usage: Usage | None = None


class TurnFailure(Wire, frozen=True, kw_only=True, rename=None):
    """Why a turn failed; `codex_error_info` says it to programs."""

    message: str
    codex_error_info: Any
