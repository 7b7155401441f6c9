"""What tests of model calls have in common: settings, prompts, and a client on a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from model_server import Server

from octavo.auth.current import CurrentLogin
from octavo.config.providers import ModelProvider
from octavo.http.client import HttpClient
from octavo.http.identity import ClientIdentity
from octavo.model.backend import ModelBackend
from octavo.model.client import ModelClient
from octavo.model.events import ModelEvent
from octavo.model.families import family_of, unknown_family
from octavo.model.payload import ModelSettings
from octavo.model.prompt import Prompt, ToolSpec
from octavo.model.responses_http import ResponsesBackend
from octavo.protocol.ids import ConversationId
from octavo.protocol.items import InputText, ResponseItem, user_message, wire_form

CONVERSATION = ConversationId("01a20ecb-73b9-7b70-a5db-e1a87a6397f5")


def provider(url: str = "http://127.0.0.1:1", **changes: Any) -> ModelProvider:
    defaults: dict[str, Any] = {"name": "mock", "base_url": url + "/v1", "wire_api": "responses"}
    return ModelProvider(**(defaults | changes))


def settings(slug: str = "gpt-5-codex", served_by: ModelProvider | None = None, **changes: Any) -> ModelSettings:
    family = family_of(slug) or unknown_family(slug)
    return ModelSettings(slug=slug, family=family, provider=served_by or provider(), **changes)


def prompt(*items: ResponseItem, tools: tuple[ToolSpec, ...] = (), **changes: Any) -> Prompt:
    chosen = items or (user_message(InputText("hello")),)
    encoded = [msgspec.Raw(msgspec.json.encode(wire_form(item))) for item in chosen]
    return Prompt(chosen, encoded, tools, **changes)


class Waits:
    """Stands in for sleeping: remembers the waits."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def responses_backend(home: Path, environ: Mapping[str, str] | None = None, **auth: Any) -> ResponsesBackend:
    variables = environ or {}
    http = HttpClient(ClientIdentity(variables, "codex_exec"), variables)
    return ResponsesBackend(http, CurrentLogin(str(home), http, variables, **auth), variables)


def client_on(
    server: Server, home: Path, environ: Mapping[str, str] | None = None, *, waits: Waits | None = None, **changes: Any
) -> ModelClient:
    """A client whose requests go to the server, with no waits in between."""
    backend = responses_backend(home, environ)
    return client_for(backend, settings(served_by=provider(server.url, **changes)), waits)


def client_for(backend: ModelBackend, chosen: ModelSettings | None = None, waits: Waits | None = None) -> ModelClient:
    return ModelClient(backend, chosen or settings(), CONVERSATION, sleep=waits or Waits(), jitter=lambda: 1.0)


async def collect(events: AsyncIterator[ModelEvent]) -> list[ModelEvent]:
    return [event async for event in events]


def bearers(server: Server) -> Sequence[bytes | None]:
    return [seen.header("authorization") for seen in server.seen]
