"""The body of a Responses request (`docs/models.md`).

Old items are never encoded again: their JSON comes along with the prompt. The same
input gives the same bytes, so that two requests of a conversation share a prefix.
"""

from __future__ import annotations

import logging
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Raw, UnsetType

from octavo.config.providers import ModelProvider
from octavo.model.backend import ChatPayload, ReasoningParam, ResponsesPayload
from octavo.model.instructions import instructions_for
from octavo.model.prompt import Prompt, ToolSpec
from octavo.model.settings import ModelSettings
from octavo.protocol.ids import ConversationId
from octavo.protocol.json_text import encode_json

__all__ = [
    "EncodedTools",
    "ModelSettings",
    "TextFormat",
    "TextParam",
    "build_responses_payload",
    "encode_payload",
    "is_azure",
]

_log = logging.getLogger("octavo.model")

_AZURE_PLACES = ("openai.azure.", "cognitiveservices.azure.", "aoai.azure.", "azure-api.", "azurefd.")


class TextFormat(msgspec.Struct, frozen=True, tag="json_schema"):
    """The JSON Schema that the final answer must obey."""

    strict: bool
    schema: Any
    name: str


class TextParam(msgspec.Struct, frozen=True):
    """How to write: how much, and in which form."""

    verbosity: Literal["low", "medium", "high"] | UnsetType = UNSET
    format: TextFormat | UnsetType = UNSET


class EncodedTools:
    """The JSON of a conversation's tools, made once for as long as the very same tuple is offered."""

    def __init__(self) -> None:
        self._tools: tuple[ToolSpec, ...] = ()
        self._encoded: list[Raw] = []

    def of(self, tools: tuple[ToolSpec, ...]) -> list[Raw]:
        """Each tool's JSON, in order."""
        if tools is not self._tools:
            self._tools, self._encoded = tools, [Raw(encode_json(tool)) for tool in tools]
        return self._encoded


def build_responses_payload(
    prompt: Prompt, settings: ModelSettings, conversation_id: ConversationId, tools: EncodedTools | None = None
) -> ResponsesPayload:
    """The body for a prompt. `tools` remembers their JSON from call to call."""
    family = settings.family
    reasons = family.supports_reasoning_summaries
    stores = is_azure(settings.provider)
    return ResponsesPayload(
        model=settings.slug,
        instructions=instructions_for(family, prompt.tools, prompt.instructions),
        input=_with_ids(prompt) if stores else list(prompt.encoded),
        tools=(tools or EncodedTools()).of(prompt.tools),
        tool_choice="auto",
        parallel_tool_calls=prompt.parallel_tool_calls,
        reasoning=ReasoningParam(settings.effort or UNSET, settings.summary) if reasons else None,
        store=stores,
        stream=True,
        include=["reasoning.encrypted_content"] if reasons else [],
        prompt_cache_key=conversation_id,
        text=_text_param(prompt, settings),
        service_tier=settings.service_tier or UNSET,
    )


def is_azure(provider: ModelProvider) -> bool:
    """Whether the provider is Azure, which refuses requests that are not stored and wants the ids of items."""
    if provider.wire_api != "responses":
        return False
    base_url = (provider.base_url or "").lower()
    return provider.name.lower() == "azure" or any(place in base_url for place in _AZURE_PLACES)


def _text_param(prompt: Prompt, settings: ModelSettings) -> TextParam | UnsetType:
    verbosity: Literal["low", "medium", "high"] | UnsetType = settings.verbosity or UNSET
    if verbosity is not UNSET and not settings.family.supports_verbosity:
        _log.warning("model_verbosity is not sent: %s does not take it", settings.slug)
        verbosity = UNSET
    schema = prompt.output_schema
    if verbosity is UNSET and schema is None:
        return UNSET
    wanted = UNSET if schema is None else TextFormat(strict=True, schema=schema, name="codex_output_schema")
    return TextParam(verbosity, wanted)


def _with_ids(prompt: Prompt) -> list[Raw]:
    """Each item's JSON with its id, if it has one, as the last key; the JSON is spliced, not made again."""
    return [
        Raw(bytes(encoded)[:-1] + b',"id":' + msgspec.json.encode(item_id) + b"}")
        if (item_id := getattr(item, "id", None))
        else encoded
        for item, encoded in zip(prompt.items, prompt.encoded, strict=True)
    ]


def encode_payload(payload: ResponsesPayload | ChatPayload) -> bytes:
    """The body's bytes: compact UTF-8. A lone surrogate, which no encoding has, goes out as U+FFFD."""
    return encode_json(payload)
