"""The user's hook programs in a conversation (`docs/hooks.md`). Loaded only where there are any.

They stand in the place of `Session.hooks`, with those that the program around us gave behind them.
A hook that fails is told, and what it was asked about goes on.
"""

from __future__ import annotations

from typing import Any

import msgspec

from octavo.engine.hook_programs import MOST_CONTINUATIONS, Programs, shown_command
from octavo.engine.project_docs import project_folders
from octavo.engine.session import Session
from octavo.protocol.events import Warning
from octavo.protocol.ids import ConversationId
from octavo.protocol.items import InputText, Message
from octavo.tools.hooks import Hooks, ToolUse
from octavo.tools.user_hooks.definitions import RARER, read_hooks
from octavo.tools.user_hooks.definitions import Hooks as FoundHooks

_TERMINAL = "exec_command"
_SHELLS = ("shell", "container.exec", "local_shell", _TERMINAL)
_PATCH = "apply_patch"


def attach_hooks(session: Session, *, resumed: bool) -> None:
    """Let the user's hooks see and stop what happens in the session; what is wrong with them is told."""
    config = session.config
    folders = project_folders(config) if config.project_is_trusted else []
    found = read_hooks(config.codex_home, config.hooks, folders)
    active = (*found.active, *found.untrusted) if config.trusts_hooks else found.active
    if session.services.depth == 0:  # a conversation inside of another would tell the same once more
        _tell_problems(session, found)
    if active:
        programs = Programs(session, active)
        session.hooks = UserHooks(programs, session.hooks, "resume" if resumed else "startup")
        if any(hook.event in RARER for hook in active):
            from octavo.engine.rarer_hooks import RarerUserHooks  # most users have none of them

            session.rarer_hooks = RarerUserHooks(programs)


def _tell_problems(session: Session, found: FoundHooks) -> None:
    for line in found.problems:
        session.emit("", Warning(line))
    if found.untrusted and not session.config.trusts_hooks:
        count = len(found.untrusted)
        command = "/hooks" if session.services.source == "cli" else "octavo hooks"
        session.emit("", Warning(f"Hooks of this project that do not run until you trust them: {count} ({command})"))


class UserHooks:
    """Asks all hooks that are meant; the first reason against something counts."""

    def __init__(self, programs: Programs, inner: Hooks | None, source: str) -> None:
        self._programs, self._inner = programs, inner
        self._source: str | None = source
        self._first_words: list[str] = []
        self._continued: tuple[str, int] = ("", 0)

    async def pre_tool_use(self, use: ToolUse) -> str | None:
        """A reason not to run the call."""
        reason, context, _ = await self._programs.run("PreToolUse", use.turn_id, _names(use), _about_tool(use), use.cwd)
        self._add(context)
        if reason is None and self._inner is not None:
            return await self._inner.pre_tool_use(use)
        return reason

    async def post_tool_use(self, use: ToolUse, output: str) -> str | None:
        """Words for the model behind the output."""
        told = {**_about_tool(use), "tool_response": output}
        reason, context, _ = await self._programs.run("PostToolUse", use.turn_id, _names(use), told, use.cwd)
        inner = None if self._inner is None else await self._inner.post_tool_use(use, output)
        return "\n".join(words for words in (reason, *context, inner) if words) or None

    async def user_prompt_submit(self, thread_id: ConversationId, turn_id: str, prompt: str) -> str | None:
        """A reason not to take up what the user said; before the first of it the session starts."""
        if self._source is not None:
            source, self._source = self._source, None
            reason, self._first_words, _ = await self._programs.run(
                "SessionStart", turn_id, (source,), {"source": source}
            )
            if reason is not None:
                return reason
        reason, context, _ = await self._programs.run("UserPromptSubmit", turn_id, (), {"prompt": prompt})
        if reason is not None:
            return reason
        self._add([*self._first_words, *context])
        self._first_words = []
        return None if self._inner is None else await self._inner.user_prompt_submit(thread_id, turn_id, prompt)

    async def stop(self, thread_id: ConversationId, turn_id: str, last_words: str | None) -> str | None:
        """Words to go on with."""
        count = self._continued[1] if self._continued[0] == turn_id else 0
        told = {"stop_hook_active": count > 0, "last_assistant_message": last_words}
        reason, _, _ = await self._programs.run("Stop", turn_id, (), told)
        if reason is not None and count >= MOST_CONTINUATIONS:
            self._programs.session.emit(
                turn_id, Warning(f"A Stop hook has kept the turn going {count} times; it ends now.")
            )
            return None
        self._continued = (turn_id, count + 1)
        if reason is None and self._inner is not None:
            return await self._inner.stop(thread_id, turn_id, last_words)
        return reason

    def _add(self, context: list[str]) -> None:
        turn = self._programs.session.active
        if turn is not None:
            turn.add_input(*(Message("developer", (InputText(words),)) for words in context))


def _names(use: ToolUse) -> tuple[str, ...]:
    """What a matcher may call the tool."""
    if use.tool in _SHELLS:
        return ("Bash", use.tool)
    return (use.tool, "Edit", "Write") if use.tool == _PATCH else (use.tool,)


def _about_tool(use: ToolUse) -> dict[str, Any]:
    """What hooks are told of a call."""
    return {"tool_name": _names(use)[0], "tool_input": _tool_input(use), "tool_use_id": use.call_id}


def _tool_input(use: ToolUse) -> object:
    try:
        arguments = msgspec.json.decode(use.arguments)
    except (ValueError, RecursionError):
        arguments = None
    if use.tool == _PATCH:
        text = arguments.get("input") if isinstance(arguments, dict) else None
        return {"command": text if isinstance(text, str) else use.arguments}
    if use.tool not in _SHELLS:
        return arguments if isinstance(arguments, dict) else {"input": use.arguments}
    if not isinstance(arguments, dict):
        return {"command": use.arguments}
    if use.tool != _TERMINAL:
        return {"command": shown_command(arguments.get("command"))}
    # Only what that tool reads: words for another one beside it must not be what is looked at.
    return {"command": shown_command([arguments.get("shell", "bash"), "-c", arguments.get("cmd")])}
