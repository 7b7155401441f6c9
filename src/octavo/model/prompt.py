"""What the agent wants to ask a model: the input of payload building (`docs/models.md`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from octavo.protocol.items import ResponseItem


class FunctionTool(msgspec.Struct, frozen=True, tag="function"):
    """A tool with JSON arguments; `parameters` is the JSON Schema subset that all providers take."""

    name: str
    description: str
    strict: bool
    parameters: dict[str, Any]


class Grammar(msgspec.Struct, frozen=True, tag="grammar"):
    """The language that a freeform tool accepts."""

    syntax: Literal["lark"]
    definition: str


class FreeformTool(msgspec.Struct, frozen=True, tag="custom"):
    """A tool whose input is free text in a grammar."""

    name: str
    description: str
    format: Grammar


class LocalShellTool(msgspec.Struct, frozen=True, tag="local_shell"):
    """The shell tool that some models bring along."""


class SearchFilters(msgspec.Struct, frozen=True):
    """Where to search."""

    allowed_domains: tuple[str, ...]


class UserLocation(msgspec.Struct, frozen=True, tag="approximate"):
    """Roughly where the user is."""

    country: str | UnsetType = UNSET
    region: str | UnsetType = UNSET
    city: str | UnsetType = UNSET
    timezone: str | UnsetType = UNSET


class WebSearchTool(msgspec.Struct, frozen=True, tag="web_search"):
    """The provider's own web search; whether it may open pages, and how it is to search."""

    external_web_access: bool | UnsetType = UNSET
    indexed_web_access: bool | UnsetType = UNSET
    filters: SearchFilters | UnsetType = UNSET
    user_location: UserLocation | UnsetType = UNSET
    search_context_size: str | UnsetType = UNSET


ToolSpec = FunctionTool | FreeformTool | LocalShellTool | WebSearchTool


class Prompt(msgspec.Struct, frozen=True):
    """One model call: its input, tools and wishes.

    `items` and `encoded` run in parallel: the items as they are to be sent, and
    each one's JSON. `instructions` replaces the model's own base instructions.
    """

    items: Sequence[ResponseItem]
    encoded: Sequence[msgspec.Raw]
    tools: tuple[ToolSpec, ...] = ()
    instructions: str | None = None
    output_schema: Any = None
    parallel_tool_calls: bool = False
