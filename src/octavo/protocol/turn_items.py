"""Items of a turn as clients see them, and how they come from what the model wrote (`docs/protocol.md`).

On the wire an item is an object with one PascalCase key that names its kind.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from octavo.protocol.items import InputImage, InputText, Message, OutputText, Reasoning, ResponseItem, WebSearchCall
from octavo.protocol.session_prefix import is_session_prefix


class TextInput(msgspec.Struct, frozen=True, tag="text"):
    """Text that the user sends."""

    text: str


class ImageInput(msgspec.Struct, frozen=True, tag="image"):
    """A picture by URL, usually a data URL."""

    image_url: str


class LocalImageInput(msgspec.Struct, frozen=True, tag="local_image"):
    """A picture by path; it is read when the message is built."""

    path: str


class SkillInput(msgspec.Struct, frozen=True, tag="skill"):
    """A skill that the user chose; its file, at an absolute path, is read when the turn takes it up."""

    name: str
    path: str


UserInput = TextInput | ImageInput | LocalImageInput | SkillInput


class UserMessageItem(msgspec.Struct, frozen=True):
    """What the user said."""

    id: str
    content: tuple[TextInput | ImageInput, ...]


class Text(msgspec.Struct, frozen=True):
    """The text of one content part."""

    text: str


class AgentContent(msgspec.Struct, frozen=True, rename={"text": "Text"}):
    """One part of what the agent said."""

    text: Text


class AgentMessageItem(msgspec.Struct, frozen=True):
    """What the agent said."""

    id: str
    content: tuple[AgentContent, ...]


class ReasoningItem(msgspec.Struct, frozen=True):
    """What the agent thought."""

    id: str
    summary_text: tuple[str, ...]
    raw_content: tuple[str, ...] = ()


class WebSearchItem(msgspec.Struct, frozen=True):
    """A web search that the provider ran."""

    id: str
    query: str


class TurnItem(
    msgspec.Struct,
    frozen=True,
    omit_defaults=True,
    rename={
        "user_message": "UserMessage",
        "agent_message": "AgentMessage",
        "reasoning": "Reasoning",
        "web_search": "WebSearch",
    },
):
    """Exactly one of the four is set."""

    user_message: UserMessageItem | None = None
    agent_message: AgentMessageItem | None = None
    reasoning: ReasoningItem | None = None
    web_search: WebSearchItem | None = None

    @property
    def id(self) -> str:
        """The id of whichever is set."""
        item = self.user_message or self.agent_message or self.reasoning or self.web_search
        return item.id if item else ""


def turn_item_of(item: ResponseItem, new_id: Callable[[], str]) -> TurnItem | None:
    """The turn item that a response item shows as; None for calls, outputs, prefixes and foreign roles.

    `new_id` gives an id where the item has none; map an item once and keep the
    result, so that its start and its end carry the same id.
    """
    match item:
        case Message(role="user") if not is_session_prefix(item):
            return TurnItem(user_message=UserMessageItem(new_id(), _user_content(item)))
        case Message(role="assistant"):
            parts = tuple(AgentContent(Text(part.text)) for part in item.content if isinstance(part, OutputText))
            return TurnItem(agent_message=AgentMessageItem(_known(item.id) or new_id(), parts))
        case Reasoning():
            raw = tuple(part.text for part in item.content) if item.content else ()
            summary = tuple(part.text for part in item.summary)
            return TurnItem(reasoning=ReasoningItem(_known(item.id), summary, raw))
        case WebSearchCall() if item.action.type == "search":
            return TurnItem(web_search=WebSearchItem(_known(item.id), _known(item.action.query)))
        case _:
            return None


def _user_content(message: Message) -> tuple[TextInput | ImageInput, ...]:
    parts: list[TextInput | ImageInput] = []
    for part in message.content:
        if isinstance(part, InputText):
            parts.append(TextInput(part.text))
        elif isinstance(part, InputImage):
            parts.append(ImageInput(part.image_url))
    return tuple(parts)


def _known(text: object) -> str:
    return text if isinstance(text, str) else ""
