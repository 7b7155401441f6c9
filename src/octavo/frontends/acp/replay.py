"""What was said in a saved session, told again (`docs/acp.md`, "Sessions")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from octavo.frontends.acp.narrator import plan_update
from octavo.frontends.acp.session import LiveSession
from octavo.frontends.acp.tool_calls import call_begins, call_ends
from octavo.frontends.acp.types import updates as told
from octavo.frontends.acp.types.content import ImageBlock, TextBlock
from octavo.frontends.jsonrpc.channel import Channel
from octavo.protocol import view_items as view
from octavo.protocol.events import PlanStep
from octavo.protocol.saved_view import SavedView
from octavo.rollout.lines import CompactedLine
from octavo.rollout.read import HistoryLine, ThreadRolledBack


async def tell_history(session: LiveSession, history: Sequence[HistoryLine], channel: Channel) -> None:
    """Tell all of it in order, no faster than the client reads."""
    for update in history_updates(history, f"saved-{len(history)}"):
        await channel.room_for_events()
        session.tell(update)


def history_updates(history: Sequence[HistoryLine], prefix: str) -> Iterator[Any]:
    """The updates that show a history; `prefix` begins the ids of its calls."""
    turns: list[list[view.Item]] = [[]]
    seen = SavedView()
    for entry in history:
        match entry:
            case ThreadRolledBack(num_turns=count):
                del turns[max(len(turns) - count, 1) :]
            case CompactedLine():
                pass  # what was said before was said
            case item:
                for change in seen.feed(item):
                    if change.stage == "completed":
                        if isinstance(change.item, view.UserMessage):
                            turns.append([])
                        turns[-1].append(change.item)
    number = 0
    for items in turns:
        for shown in items:
            number += 1
            yield from _told(shown, f"{prefix}/{number}")


def _told(item: view.Item, new_id: str) -> Iterator[Any]:
    match item:
        case view.UserMessage(text=text, images=images):
            if text:
                yield told.UserMessageChunk(content=TextBlock(text=text))
            for url in images:
                yield told.UserMessageChunk(content=_image(url))
        case view.AgentMessage(texts=texts):
            if texts:
                yield told.AgentMessageChunk(content=TextBlock(text="".join(texts)), message_id=item.id or new_id)
        case view.Reasoning(sections=sections):
            if sections:
                text = "\n\n".join(sections)
                yield told.AgentThoughtChunk(content=TextBlock(text=text), message_id=item.id or new_id)
        case view.ToolCall(tool="update_plan", arguments=arguments):
            yield from _plan(arguments)
        case view.Plan():
            return
        case _:
            yield call_begins(item, new_id)
            yield call_ends(item, new_id)


def _image(url: str) -> Any:
    head, comma, data = url.partition(";base64,")
    if comma and head.startswith("data:"):
        return ImageBlock(data=data, mime_type=head.removeprefix("data:"))
    return TextBlock(text=f"[picture]({url})")


class _Plan(msgspec.Struct, frozen=True):
    plan: tuple[PlanStep, ...]


def _plan(arguments: str) -> Iterator[Any]:
    try:
        yield plan_update(msgspec.json.decode(arguments, type=_Plan).plan)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return
