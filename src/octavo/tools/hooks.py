"""Where somebody outside may look at what an agent does, and stop it (`docs/library.md`).

Hooks, and nothing behind them: `Services` may hold a `Hooks`, and nobody else pays more than
a look at None. They hold in sub-conversations too: what is stopped in one is stopped in all.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from octavo.protocol.ids import ConversationId
from octavo.protocol.items import InputText, OutputPart


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


def output_text(content: str | tuple[OutputPart, ...]) -> str:
    """An output as text; pictures are left out."""
    return content if isinstance(content, str) else "\n".join(one.text for one in content if isinstance(one, InputText))
