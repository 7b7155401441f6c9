"""Which backend serves a configuration (`docs/models.md`). Each is imported only where it is chosen."""

from __future__ import annotations

from octavo.auth.current import CurrentLogin
from octavo.config.config import Config
from octavo.http.client import HttpClient
from octavo.model.backend import ModelBackend


def backend_for(config: Config, auth: CurrentLogin, http: HttpClient) -> ModelBackend:
    """The backend for the configured provider: its wire over HTTP, or the model inside this process."""
    if config.model_provider_id == "embedded":
        from octavo.model.embedded.backend import EmbeddedBackend

        return EmbeddedBackend(config.local_model)
    if config.model_provider.wire_api == "chat":
        from octavo.model.chat.backend import ChatBackend

        return ChatBackend(http, config.environ)
    from octavo.model.responses_http import ResponsesBackend

    return ResponsesBackend(http, auth, config.environ)
