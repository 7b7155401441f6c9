"""All requests of clients: the type of their params, and who serves them (imported on use)."""

from __future__ import annotations

from typing import Any

import msgspec

from octavo.frontends.acp.types import params as given

_HERE = "octavo.frontends.acp"


class Method(msgspec.Struct, frozen=True):
    """A request; `handler` is `module:function`, which gives the result, or None where the answer comes by itself."""

    params: Any
    handler: str


METHODS = {
    "initialize": Method(given.InitializeParams, f"{_HERE}.handshake:initialize"),
    "authenticate": Method(given.AuthenticateParams, f"{_HERE}.handshake:authenticate"),
    "logout": Method(given.NoParams, f"{_HERE}.handshake:log_out"),
    "session/new": Method(given.NewSessionParams, f"{_HERE}.sessions:new_session"),
    "session/load": Method(given.LoadSessionParams, f"{_HERE}.sessions:load_session"),
    "session/resume": Method(given.ResumeSessionParams, f"{_HERE}.sessions:resume_session"),
    "session/list": Method(given.ListSessionsParams, f"{_HERE}.sessions:list_sessions"),
    "session/close": Method(given.SessionParams, f"{_HERE}.sessions:close_session"),
    "session/prompt": Method(given.PromptParams, f"{_HERE}.prompt:prompt"),
    "session/set_mode": Method(given.SetModeParams, f"{_HERE}.settings:set_mode"),
    "session/set_config_option": Method(given.SetConfigOptionParams, f"{_HERE}.settings:set_config_option"),
}
