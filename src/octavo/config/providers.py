"""Where models are served: the built-in providers and the user's own (`docs/config.md`)."""

# No `from __future__ import annotations` here, for the reason given in `schema`.

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from octavo.errors import ConfigError

WireApi = Literal["responses", "chat"]

_MOST_RETRIES = 100
_PORTS = {"ollama": 11434, "lmstudio": 1234}
_Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1, extra={"shown_as": "u64"})]


class ModelProvider(msgspec.Struct, frozen=True):
    """One place that serves models, as `[model_providers.ID]` describes it.

    `base_url` is None where the address follows from the login. `env_key` names the
    variable that holds the key; `env_http_headers` maps header names to variables.
    Both retry counts are extra tries and at most 100; the idle limit is in milliseconds.
    `requires_openai_auth` only decides whether a login is offered. `merge_user_messages`
    is for chat servers that want roles to take turns. The text form of a
    provider shows neither its token nor its headers.
    """

    name: str
    base_url: str | None = None
    env_key: str | None = None
    env_key_instructions: str | None = None
    experimental_bearer_token: str | None = None
    wire_api: WireApi = "chat"
    query_params: Mapping[str, str] | None = None
    http_headers: Mapping[str, str] | None = None
    env_http_headers: Mapping[str, str] | None = None
    request_max_retries: _Count = 4
    stream_max_retries: _Count = 5
    stream_idle_timeout_ms: _Count = 300_000
    requires_openai_auth: bool = False
    merge_user_messages: bool = False

    def __repr__(self) -> str:
        return f"ModelProvider(name={self.name!r}, base_url={self.base_url!r}, wire_api={self.wire_api!r})"


def build_providers(
    configured: Mapping[str, ModelProvider],
    environ: Mapping[str, str],
    product_version: str,
    openai_base_url: str | None = None,
    oss_provider: Literal["ollama", "lmstudio"] = "ollama",
) -> dict[str, ModelProvider]:
    """Every provider by id. A configured entry under a built-in id counts for nothing.

    `openai_base_url` is where the provider `openai` is, before what the environment says; blank is unset.
    `oss_provider` says which local server the provider `oss` is.
    """
    return {
        **{provider_id: _with_caps(provider) for provider_id, provider in configured.items()},
        "openai": _openai(environ, product_version, openai_base_url or ""),
        "oss": _oss(environ, oss_provider),
        "embedded": ModelProvider(name="Embedded", wire_api="chat"),
    }


def choose_provider(providers: Mapping[str, ModelProvider], provider_id: str) -> ModelProvider:
    """The provider with that id; `ConfigError` if there is none."""
    if provider_id not in providers:
        raise ConfigError(f"Model provider `{provider_id}` not found")
    return providers[provider_id]


def _openai(environ: Mapping[str, str], product_version: str, configured: str) -> ModelProvider:
    base_url = configured if configured.strip() else environ.get("OPENAI_BASE_URL", "")
    return ModelProvider(
        name="OpenAI",
        base_url=base_url if base_url.strip() else None,
        wire_api="responses",
        http_headers={"version": product_version},
        env_http_headers={"OpenAI-Organization": "OPENAI_ORGANIZATION", "OpenAI-Project": "OPENAI_PROJECT"},
        requires_openai_auth=True,
    )


def _oss(environ: Mapping[str, str], server: Literal["ollama", "lmstudio"]) -> ModelProvider:
    base_url = environ.get("CODEX_OSS_BASE_URL", "")
    if not base_url.strip():
        port = _port(environ.get("CODEX_OSS_PORT", ""), _PORTS[server])
        base_url = f"http://localhost:{port}/v1"
    return ModelProvider(name="gpt-oss", base_url=base_url, wire_api="chat")


def _port(text: str, default: int) -> int:
    digits = text.removeprefix("+")
    if digits.isascii() and digits.isdigit() and len(digits) <= 10 and int(digits) < 2**32:
        return int(digits)
    return default


def _with_caps(provider: ModelProvider) -> ModelProvider:
    if max(provider.request_max_retries, provider.stream_max_retries) <= _MOST_RETRIES:
        return provider
    return msgspec.structs.replace(
        provider,
        request_max_retries=min(provider.request_max_retries, _MOST_RETRIES),
        stream_max_retries=min(provider.stream_max_retries, _MOST_RETRIES),
    )
