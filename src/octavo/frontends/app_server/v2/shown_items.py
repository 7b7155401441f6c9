"""From the one view of items to items of this dialect (`docs/app-server-v2.md`, "Items"). Pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from octavo.frontends.app_server.v2.types.items import AgentMessageItem, Item, UserMessageItem
from octavo.frontends.app_server.v2.types.values import ImagePart, InputPart, TextPart
from octavo.protocol import view_items as view


def shown(item: view.Item, item_id: str, *, declined: bool = False) -> Item | None:
    """The item under this id; None for what this dialect tells otherwise, such as a plan.

    `declined` says that somebody refused what it would have done.
    """
    match item:
        case view.UserMessage():
            return UserMessageItem(id=item_id, content=_user_content(item.text, item.images))
        case view.AgentMessage():
            phase: Any = item.phase  # one of the words that clients know
            return AgentMessageItem(id=item_id, text="".join(item.texts), phase=phase)
        case view.Reasoning():
            from octavo.frontends.app_server.v2.types.reasoning import ReasoningItem  # not all models think

            return ReasoningItem(id=item_id, summary=item.sections, content=item.raw)
        case view.Plan():
            return None
        case _:
            from octavo.frontends.app_server.v2.shown_work import shown_work  # a plain answer has none

            return shown_work(item, item_id, declined=declined)


def _user_content(text: str, images: Iterable[str]) -> tuple[InputPart, ...]:
    texts = (TextPart(text=text),) if text else ()
    return (*texts, *(ImagePart(url=url) for url in images))
