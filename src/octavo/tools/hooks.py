"""Where somebody outside may look at what an agent does, and stop it (`docs/library.md`).

Hooks, and nothing behind them: `Services` may hold a `Hooks`, and nobody else pays more than
a look at None. They hold in sub-conversations too: what is stopped in one is stopped in all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

import msgspec

from octavo.protocol.ids import ConversationId
from octavo.protocol.items import InputText, OutputPart

if TYPE_CHECKING:
    from octavo.protocol.events import ApplyPatchApprovalRequest, ExecApprovalRequest

    Question = ExecApprovalRequest | ApplyPatchApprovalRequest

Trigger = Literal["manual", "auto"]
"""Who wants room to be made: the user, or a window that is full."""


class ToolUse(msgspec.Struct, frozen=True):
    """A call that is about to run, or has run. `arguments` is what the model wrote: JSON, or free text."""

    thread_id: ConversationId
    turn_id: str
    call_id: str
    tool: str
    arguments: str
    cwd: str


class Hooks(Protocol):
    """Each is waited for. What a hook raises ends the turn with an error."""

    async def pre_tool_use(self, use: ToolUse) -> str | None:
        """Before a call runs, and before the user is asked about it: a reason not to run it, for the model."""

    async def post_tool_use(self, use: ToolUse, output: str) -> str | None:
        """After a call has run: words that the model is to see behind its output."""

    async def user_prompt_submit(self, thread_id: ConversationId, turn_id: str, prompt: str) -> str | None:
        """Before a turn takes up what the user said: a reason not to, for the user."""

    async def stop(self, thread_id: ConversationId, turn_id: str, last_words: str | None) -> str | None:
        """When the model is done: words to go on with, as if the user had said them."""


class Permission(msgspec.Struct, frozen=True):
    """An answer in the user's place: whether what was asked about may be done, and why not."""

    allows: bool
    reason: str = ""


class RarerHooks(Protocol):
    """Who is asked and told about what most turns never see. Each but `interrupt` is waited for; none raises."""

    async def permission_request(self, turn_id: str, question: Question) -> Permission | None:
        """Before the user is asked: an answer in their place; None to ask."""

    async def pre_compact(self, turn_id: str, trigger: Trigger) -> str | None:
        """Before room is made in the model's window: a reason not to."""

    async def post_compact(self, turn_id: str, trigger: Trigger) -> None:
        """After room was made."""

    async def subagent_start(self, turn_id: str, call_id: str, agent: str, task: str) -> tuple[str | None, str]:
        """Before an agent takes up a task: a reason not to, and the task, perhaps with more words."""

    async def subagent_stop(
        self, turn_id: str, call_id: str, agent: str, last_words: str | None, count: int
    ) -> str | None:
        """When an agent is done, for the `count`th time: words for it to go on with."""

    async def interrupt(self, turn_id: str) -> None:
        """After a turn was interrupted."""

    async def session_end(self) -> None:
        """When the conversation ends."""


def output_text(content: str | tuple[OutputPart, ...]) -> str:
    """An output as text; pictures are left out."""
    return content if isinstance(content, str) else "\n".join(one.text for one in content if isinstance(one, InputText))
