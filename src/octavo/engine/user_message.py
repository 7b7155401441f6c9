"""From what the user sends to the message that the model gets (`docs/protocol.md`)."""

from __future__ import annotations

from collections.abc import Iterable

from octavo.protocol.items import ContentPart, InputImage, InputText, Message
from octavo.protocol.turn_items import ImageInput, LocalImageInput, TextInput, UserInput


def message_of(inputs: Iterable[UserInput]) -> Message:
    """One user message; pictures on the disk are read now."""
    return Message("user", tuple(_part(item) for item in inputs))


def _part(item: UserInput) -> ContentPart:
    match item:
        case TextInput():
            return InputText(_encodable(item.text))
        case ImageInput():
            return InputImage(item.image_url)
        case LocalImageInput():
            from octavo.tools.local_image import image_part  # imported on use: it brings the image library

            part = image_part(item.path)
            return InputText(_encodable(part.text)) if isinstance(part, InputText) else part


def _encodable(text: str) -> str:
    """The text without what no JSON can carry: the halves of characters that stand for bytes of a command line."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
