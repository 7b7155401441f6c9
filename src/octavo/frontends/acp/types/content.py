"""Content: what prompts, messages and outputs of tools are made of."""

from __future__ import annotations

from typing import Any

import msgspec

from octavo.frontends.acp.types.base import Wire


class TextBlock(Wire, frozen=True, kw_only=True, tag_field="type", tag="text"):
    """Plain text, or Markdown."""

    text: str


class ImageBlock(Wire, frozen=True, kw_only=True, tag_field="type", tag="image"):
    """A picture; `data` is base64."""

    data: str
    mime_type: str
    uri: str | None = None


class AudioBlock(Wire, frozen=True, kw_only=True, tag_field="type", tag="audio"):
    """A sound; `data` is base64."""

    data: str
    mime_type: str


class ResourceLink(Wire, frozen=True, kw_only=True, tag_field="type", tag="resource_link"):
    """Something to be read by its address."""

    uri: str
    name: str
    description: str | None = None
    mime_type: str | None = None
    size: int | None = None
    title: str | None = None


class Resource(Wire, frozen=True, kw_only=True):
    """What stands at an address: a text, or base64."""

    uri: str
    text: str | None = None
    blob: str | None = None
    mime_type: str | None = None


class EmbeddedResource(Wire, frozen=True, kw_only=True, tag_field="type", tag="resource"):
    """Something with what it holds."""

    resource: Resource


ContentBlock = TextBlock | ImageBlock | AudioBlock | ResourceLink | EmbeddedResource


class Content(Wire, frozen=True, kw_only=True, tag_field="type", tag="content"):
    """A block that a tool gave; `content` is one of those above, or what an MCP server gave in the same shape."""

    content: Any


class Diff(Wire, frozen=True, kw_only=True, tag_field="type", tag="diff"):
    """What becomes of a file: its whole text before (null for a new file) and after."""

    path: str
    new_text: str
    old_text: str | None = None


class TerminalContent(Wire, frozen=True, kw_only=True, tag_field="type", tag="terminal"):
    """What a terminal of the client shows."""

    terminal_id: str


ToolContent = Content | Diff | TerminalContent


def text_content(text: str) -> Content:
    """A text that a tool gave."""
    return Content(content=TextBlock(text=text))


def passed_on(given: Any) -> Content:
    """What an MCP server gave, whose blocks have the same shapes; what does not fit becomes its JSON text."""
    try:
        return Content(content=msgspec.convert(given, ContentBlock))
    except msgspec.ValidationError:
        from octavo.protocol.json_text import encode_json

        return text_content(encode_json(given).decode())
