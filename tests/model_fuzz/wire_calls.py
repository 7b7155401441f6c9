"""One model call on either wire, to any address."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from octavo.auth.current import CurrentLogin
from octavo.config.providers import ModelProvider
from octavo.http.client import HttpClient
from octavo.http.identity import ClientIdentity
from octavo.model.backend import ModelBackend
from octavo.model.chat.backend import ChatBackend
from octavo.model.client import ModelClient
from octavo.model.events import ModelEvent
from octavo.model.families import family_of, unknown_family
from octavo.model.payload import ModelSettings
from octavo.model.prompt import Prompt, ToolSpec
from octavo.model.responses_http import ResponsesBackend
from octavo.protocol.ids import ConversationId
from octavo.protocol.items import InputText, user_message, wire_form

Wire = Literal["responses", "chat"]
WIRES: tuple[Wire, ...] = ("responses", "chat")


async def call(
    wire: Wire,
    url: str,
    home: Path,
    text: str = "hello",
    *,
    environ: Mapping[str, str] | None = None,
    tools: tuple[ToolSpec, ...] = (),
    slug: str = "gpt-5",
    streamed: bool = False,
    **changes: Any,
) -> list[ModelEvent]:
    """All events of the call; never longer than half a minute. `streamed`: Chat Completions gives pieces, too."""
    variables = environ or {}
    http = HttpClient(ClientIdentity(variables, "codex_exec"), variables)
    defaults: dict[str, Any] = {"request_max_retries": 0, "stream_max_retries": 0, "stream_idle_timeout_ms": 2000}
    provider = ModelProvider("p", base_url=f"{url}/v1", wire_api=wire, **(defaults | changes))
    settings = ModelSettings(
        slug=slug, family=family_of(slug) or unknown_family(slug), provider=provider, show_raw_reasoning=streamed
    )
    backend: ModelBackend = (
        ChatBackend(http, variables)
        if wire == "chat"
        else ResponsesBackend(http, CurrentLogin(str(home), http, variables), variables)
    )
    client = ModelClient(backend, settings, ConversationId("01a20ecb-73b9-7b70-a5db-e1a87a6397f5"), sleep=_no_wait)
    item = user_message(InputText(text))
    prompt = Prompt((item,), [msgspec.Raw(msgspec.json.encode(wire_form(item)))], tools, instructions="Be brief.")
    try:
        async with asyncio.timeout(30):
            return [event async for event in client.call(prompt)]
    finally:
        await http.aclose()


async def _no_wait(_: float) -> None:
    pass
