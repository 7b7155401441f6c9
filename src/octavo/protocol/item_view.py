"""The one view of items: from the events of a conversation to things with a beginning and an end (`docs/items.md`).

Who shows a running conversation reads this instead of putting beginnings and ends
together by itself. It is pure but for the clock that it is given. Pieces of
texts and outputs are not items: they come in the delta events, under the same ids.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from octavo.protocol import events
from octavo.protocol import view_items as view
from octavo.protocol.legacy import legacy_events
from octavo.protocol.turn_items import ImageInput, TextInput, TurnItem
from octavo.protocol.view_items import ItemChange

Seen = TypeVar("Seen", bound=view.Item)


class ItemView:
    """Fed with events in their order, gives what changed.

    `clock` tells seconds, for what has no duration of its own. The older flat events count
    where no item event says the same before them, as in a session that is shown again.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._calls: dict[str, view.Item] = {}
        self._since: dict[str, float] = {}
        self._of_user: dict[str, str] = {}  # commands of the user, by the task or the submission that they came with
        self._messages: dict[str, view.Item] = {}
        self._plan: view.Plan | None = None
        self._companions: list[events.EventMsg] = []
        self._nameless = 0
        self._readers: dict[type[events.Msg], Callable[[str, Any], Sequence[ItemChange]]] = {
            events.ItemStarted: self._item_started,
            events.ItemCompleted: self._item_completed,
            events.UserMessage: self._flat_user_message,
            events.AgentMessage: self._flat_message,
            events.AgentReasoning: self._flat_reasoning,
            events.AgentReasoningRawContent: self._flat_reasoning,
            events.WebSearchEnd: self._flat_search,
            events.ExecCommandBegin: self._command_begin,
            events.ExecCommandEnd: self._command_end,
            events.PatchApplyBegin: self._patch_begin,
            events.PatchApplyEnd: self._patch_end,
            events.McpToolCallBegin: self._mcp_begin,
            events.McpToolCallEnd: self._mcp_end,
            events.PlanUpdate: self._plan_update,
            events.ViewImageToolCall: self._image,
            events.TaskComplete: self._turn_completed,
            events.TurnAborted: self._turn_aborted,
        }

    def feed(self, event: events.Event) -> Sequence[ItemChange]:
        """What the event changes; nothing for most, at the cost of one lookup."""
        reader = self._readers.get(type(event.msg))
        return reader(event.id, event.msg) if reader is not None else ()

    @property
    def open_items(self) -> Sequence[view.Item]:
        """What has begun and not ended, calls before messages."""
        plan = (self._plan,) if self._plan is not None else ()
        return (*self._calls.values(), *plan, *self._messages.values())

    # --- messages, reasoning, searches ---------------------------------------------------

    def _item_started(self, _: str, msg: events.ItemStarted) -> Sequence[ItemChange]:
        item = shown_item(msg.item, "in_progress")
        if item is None:
            return ()
        self._messages[item.id] = item
        return (ItemChange("started", item),)

    def _item_completed(self, _: str, msg: events.ItemCompleted) -> Sequence[ItemChange]:
        item = shown_item(msg.item, "completed")
        if item is None:
            return ()
        self._messages.pop(item.id, None)
        self._companions = list(legacy_events(msg, show_raw_reasoning=True))
        return _whole(item)

    def _flat_message(self, turn_id: str, msg: events.AgentMessage) -> Sequence[ItemChange]:
        """A message by itself also ends one that began and whose end is kept back, as in a review."""
        if self._is_companion(msg):
            return ()
        begun = next((one for one in self._messages.values() if isinstance(one, view.AgentMessage)), None)
        if begun is not None:
            del self._messages[begun.id]
        item_id = begun.id if begun is not None else self._new_id(turn_id)
        return _whole(view.AgentMessage(id=item_id, status="completed", texts=(msg.message,)))

    def _flat_user_message(self, turn_id: str, msg: events.UserMessage) -> Sequence[ItemChange]:
        if self._is_companion(msg):
            return ()
        item_id, images = self._new_id(turn_id), msg.images or ()
        return _whole(view.UserMessage(id=item_id, status="completed", text=msg.message, images=images))

    def _flat_reasoning(
        self, turn_id: str, msg: events.AgentReasoning | events.AgentReasoningRawContent
    ) -> Sequence[ItemChange]:
        if self._is_companion(msg):
            return ()
        item_id = self._new_id(turn_id)
        if isinstance(msg, events.AgentReasoning):
            return _whole(view.Reasoning(id=item_id, status="completed", sections=(msg.text,)))
        return _whole(view.Reasoning(id=item_id, status="completed", sections=(), raw=(msg.text,)))

    def _flat_search(self, _: str, msg: events.WebSearchEnd) -> Sequence[ItemChange]:
        if self._is_companion(msg):
            return ()
        return _whole(view.WebSearch(id=msg.call_id, status="completed", query=msg.query))

    def _is_companion(self, msg: events.EventMsg) -> bool:
        """Whether the event only says again what the item event before it said."""
        if msg not in self._companions:
            return False
        del self._companions[: self._companions.index(msg) + 1]
        return True

    def _new_id(self, turn_id: str) -> str:
        self._nameless += 1
        return f"item-{turn_id}-{self._nameless}"

    # --- calls ----------------------------------------------------------------------------

    def _command_begin(self, turn_id: str, msg: events.ExecCommandBegin) -> Sequence[ItemChange]:
        if msg.is_user_shell_command:
            self._of_user[msg.call_id] = turn_id
        return self._begin(
            view.CommandExecution(
                id=msg.call_id,
                command=msg.command,
                cwd=msg.cwd,
                parsed=msg.parsed_cmd,
                is_user_shell_command=msg.is_user_shell_command,
            )
        )

    def _command_end(self, _: str, msg: events.ExecCommandEnd) -> Sequence[ItemChange]:
        self._of_user.pop(msg.call_id, None)
        begun = self._begun(msg.call_id, view.CommandExecution) or view.CommandExecution(id=msg.call_id, command=())
        return self._end(
            begun,
            status="completed" if msg.exit_code == 0 else "failed",
            output=msg.aggregated_output,
            told=msg.formatted_output,
            exit_code=msg.exit_code,
            duration=msg.duration,
        )

    def _patch_begin(self, _: str, msg: events.PatchApplyBegin) -> Sequence[ItemChange]:
        self._since[msg.call_id] = self._clock()
        return self._begin(view.FileChange(id=msg.call_id, changes=msg.changes, auto_approved=msg.auto_approved))

    def _patch_end(self, _: str, msg: events.PatchApplyEnd) -> Sequence[ItemChange]:
        begun, since = self._begun(msg.call_id, view.FileChange), self._since.pop(msg.call_id, None)
        return self._end(
            begun or view.FileChange(id=msg.call_id, changes={}),
            status="completed" if msg.success else "failed",
            stdout=msg.stdout,
            stderr=msg.stderr,
            duration=None if since is None else events.duration(self._clock() - since),
        )

    def _mcp_begin(self, _: str, msg: events.McpToolCallBegin) -> Sequence[ItemChange]:
        return self._begin(view.McpToolCall(id=msg.call_id, invocation=msg.invocation))

    def _mcp_end(self, _: str, msg: events.McpToolCallEnd) -> Sequence[ItemChange]:
        begun = self._begun(msg.call_id, view.McpToolCall)
        answer = msg.result.ok
        inner = [item for item in self._calls.values() if item.id.startswith(f"{msg.call_id}/")]
        return [
            *self._abort(inner),  # what an agent still ran ended with it
            *self._end(
                begun or view.McpToolCall(id=msg.call_id, invocation=msg.invocation),
                status="completed" if answer is not None and answer.is_error is not True else "failed",
                outcome=msg.result,
                duration=msg.duration,
            ),
        ]

    def _image(self, _: str, msg: events.ViewImageToolCall) -> Sequence[ItemChange]:
        return _whole(view.ImageView(id=msg.call_id, status="completed", path=msg.path))

    def _begin(self, item: view.Item) -> Sequence[ItemChange]:
        self._calls[item.id] = item
        return (ItemChange("started", item),)

    def _begun(self, call_id: str, kind: type[Seen]) -> Seen | None:
        begun = self._calls.pop(call_id, None)
        return begun if isinstance(begun, kind) else None

    def _end(self, begun: view.Item, **known: Any) -> Sequence[ItemChange]:
        return _whole(msgspec.structs.replace(begun, **known))

    # --- the plan, and the end of a turn ------------------------------------------------------

    def _plan_update(self, turn_id: str, msg: events.PlanUpdate) -> Sequence[ItemChange]:
        before = self._plan
        item_id = before.id if before is not None else f"plan-{turn_id}"
        self._plan = view.Plan(id=item_id, steps=msg.plan, explanation=msg.explanation)
        return (ItemChange("started" if before is None else "updated", self._plan),)

    def _turn_completed(self, _: str, __: events.TaskComplete) -> Sequence[ItemChange]:
        """The plan is done with; a command may go on, on a terminal."""
        plan, self._plan = self._plan, None
        lost = [item for item in self._calls.values() if not isinstance(item, view.CommandExecution)]
        changes = self._abort([*lost, *self._messages.values()])
        if plan is not None:
            changes.append(ItemChange("completed", msgspec.structs.replace(plan, status="completed")))
        return changes

    def _turn_aborted(self, turn_id: str, _: events.TurnAborted) -> Sequence[ItemChange]:
        """All that was open is over, but for commands of the user that run beside the turn."""
        changes = self._abort([one for one in self.open_items if self._of_user.get(one.id, turn_id) == turn_id])
        self._plan = None
        return changes

    def _abort(self, items: Sequence[view.Item]) -> list[ItemChange]:
        for item in items:
            self._calls.pop(item.id, None)
            self._messages.pop(item.id, None)
            self._since.pop(item.id, None)
            self._of_user.pop(item.id, None)
        return [ItemChange("completed", msgspec.structs.replace(item, status="aborted")) for item in items]


def shown_item(item: TurnItem, status: view.Status) -> view.Item | None:
    """A message, reasoning or search as it is shown; None for a kind that nobody knows."""
    if (said := item.user_message) is not None:
        texts = "".join(part.text for part in said.content if isinstance(part, TextInput))
        images = tuple(part.image_url for part in said.content if isinstance(part, ImageInput))
        return view.UserMessage(id=said.id, status=status, text=texts, images=images)
    if (answer := item.agent_message) is not None:
        return view.AgentMessage(id=answer.id, status=status, texts=tuple(part.text.text for part in answer.content))
    if (thought := item.reasoning) is not None:
        return view.Reasoning(id=thought.id, status=status, sections=thought.summary_text, raw=thought.raw_content)
    if (search := item.web_search) is not None:
        return view.WebSearch(id=search.id, status=status, query=search.query)
    return None


def _whole(item: view.Item) -> Sequence[ItemChange]:
    return (ItemChange("completed", item),)
