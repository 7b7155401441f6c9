"""Functions of the program that see what the agent does and may stop it (`docs/library.md`, "Hooks")."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from octavo.api.approvals import is_async
from octavo.protocol.ids import ConversationId
from octavo.tools.hooks import ToolUse

_Answer = Awaitable[str | None] | str | None


class Prompt(msgspec.Struct, frozen=True):
    """What the user says, before the model hears it."""

    thread_id: str
    turn_id: str
    text: str


class LastWords(msgspec.Struct, frozen=True):
    """What the model says at the end of a turn; None where it says nothing."""

    thread_id: str
    turn_id: str
    text: str | None


class Hooks(msgspec.Struct, frozen=True, kw_only=True):
    """Each is a function, plain or async, and may be left out. What one raises fails the turn.

    `pre_tool_use` and `user_prompt_submit` stop what they are told by giving a reason, `post_tool_use` gives words that
    the model sees after the call, `stop` words to go on with. None, or no answer, changes nothing.
    """

    pre_tool_use: Callable[[ToolUse], _Answer] | None = None
    post_tool_use: Callable[[ToolUse, str], _Answer] | None = None
    user_prompt_submit: Callable[[Prompt], _Answer] | None = None
    stop: Callable[[LastWords], _Answer] | None = None


class CalledHooks:
    """The program's functions as the agent asks them (`octavo.tools.hooks.Hooks`)."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks

    async def pre_tool_use(self, use: ToolUse) -> str | None:
        """See `Hooks`."""
        return await _ask(self._hooks.pre_tool_use, use)

    async def post_tool_use(self, use: ToolUse, output: str) -> str | None:
        """See `Hooks`."""
        return await _ask(self._hooks.post_tool_use, use, output)

    async def user_prompt_submit(self, thread_id: ConversationId, turn_id: str, prompt: str) -> str | None:
        """See `Hooks`."""
        return await _ask(self._hooks.user_prompt_submit, Prompt(thread_id, turn_id, prompt))

    async def stop(self, thread_id: ConversationId, turn_id: str, last_words: str | None) -> str | None:
        """See `Hooks`."""
        return await _ask(self._hooks.stop, LastWords(thread_id, turn_id, last_words))


async def _ask(hook: Callable[..., Any] | None, *told: Any) -> str | None:
    if hook is None:
        return None
    answer: Any = hook(*told) if is_async(hook) else await asyncio.to_thread(hook, *told)
    if inspect.isawaitable(answer):
        answer = await answer
    if answer is not None and not isinstance(answer, str):
        raise TypeError(f"a hook gives words or None, not {type(answer).__name__}")
    return answer
