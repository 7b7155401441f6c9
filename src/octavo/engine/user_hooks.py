"""The user's hook programs in a conversation (`docs/hooks.md`). Loaded only where there are any.

They stand in the place of `Session.hooks`, with those that the program around us gave behind them.
A hook that fails is told, and what it was asked about goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from octavo.engine.project_docs import project_folders
from octavo.engine.session import Session
from octavo.protocol.events import Warning
from octavo.protocol.ids import ConversationId
from octavo.protocol.items import InputText, Message
from octavo.protocol.policy import DangerFullAccess, ReadOnly, SandboxPolicy, WorkspaceWrite
from octavo.sandbox.environment import configured_environment
from octavo.sandbox.spec import configured_sandbox
from octavo.tools.hooks import Hooks, ToolUse
from octavo.tools.user_hooks.definitions import Hook, read_hooks
from octavo.tools.user_hooks.run import Answer, run_hook

_TERMINAL = "exec_command"
_SHELLS = ("shell", "container.exec", "local_shell", _TERMINAL)
_PATCH = "apply_patch"
_MOST_CONTINUATIONS = 20


def attach_hooks(session: Session, *, resumed: bool) -> None:
    """Let the user's hooks see and stop what happens in the session; what is wrong with them is told."""
    config = session.config
    folders = project_folders(config) if config.project_is_trusted else []
    found = read_hooks(config.codex_home, config.hooks, folders)
    for line in found.problems:
        session.emit("", Warning(line))
    active = (*found.active, *found.untrusted) if config.trusts_hooks else found.active
    if found.untrusted and not config.trusts_hooks:
        count = len(found.untrusted)
        session.emit("", Warning(f"Hooks of this project that do not run until you trust them: {count} (octavo hooks)"))
    if active:
        session.hooks = UserHooks(session, active, session.hooks, "resume" if resumed else "startup")


class UserHooks:
    """Asks all hooks that are meant, side by side; the first reason against something counts."""

    def __init__(self, session: Session, hooks: Sequence[Hook], inner: Hooks | None, source: str) -> None:
        self._session, self._hooks, self._inner = session, tuple(hooks), inner
        self._source: str | None = source
        self._first_words: list[str] = []
        self._continued: tuple[str, int] = ("", 0)

    async def pre_tool_use(self, use: ToolUse) -> str | None:
        """A reason not to run the call."""
        reason, context = await self._run("PreToolUse", use.turn_id, _names(use), _about_tool(use), use.cwd)
        self._add(context)
        if reason is None and self._inner is not None:
            return await self._inner.pre_tool_use(use)
        return reason

    async def post_tool_use(self, use: ToolUse, output: str) -> str | None:
        """Words for the model behind the output."""
        told = {**_about_tool(use), "tool_response": output}
        reason, context = await self._run("PostToolUse", use.turn_id, _names(use), told, use.cwd)
        inner = None if self._inner is None else await self._inner.post_tool_use(use, output)
        return "\n".join(words for words in (reason, *context, inner) if words) or None

    async def user_prompt_submit(self, thread_id: ConversationId, turn_id: str, prompt: str) -> str | None:
        """A reason not to take up what the user said; before the first of it the session starts."""
        if self._source is not None:
            source, self._source = self._source, None
            reason, self._first_words = await self._run("SessionStart", turn_id, (source,), {"source": source})
            if reason is not None:
                return reason
        reason, context = await self._run("UserPromptSubmit", turn_id, (), {"prompt": prompt})
        if reason is not None:
            return reason
        self._add([*self._first_words, *context])
        self._first_words = []
        return None if self._inner is None else await self._inner.user_prompt_submit(thread_id, turn_id, prompt)

    async def stop(self, thread_id: ConversationId, turn_id: str, last_words: str | None) -> str | None:
        """Words to go on with."""
        count = self._continued[1] if self._continued[0] == turn_id else 0
        told = {"stop_hook_active": count > 0, "last_assistant_message": last_words}
        reason, _ = await self._run("Stop", turn_id, (), told)
        if reason is not None and count >= _MOST_CONTINUATIONS:
            self._session.emit(turn_id, Warning(f"A Stop hook has kept the turn going {count} times; it ends now."))
            return None
        self._continued = (turn_id, count + 1)
        if reason is None and self._inner is not None:
            return await self._inner.stop(thread_id, turn_id, last_words)
        return reason

    async def _run(
        self, event: str, turn_id: str, names: tuple[str, ...], more: dict[str, Any], cwd: str | None = None
    ) -> tuple[str | None, list[str]]:
        """Run what is meant; the reason against it and the words for the model."""
        meant = [hook for hook in self._hooks if hook.event == event and (not names or hook.fits(*names))]
        if not meant:
            return None, []
        told = {**self._about(event, turn_id), **more}
        if cwd is not None:
            told["cwd"] = cwd
        answers = await asyncio.gather(*(self._one(hook, told) for hook in meant))
        for hook, answer in zip(meant, answers, strict=True):
            if answer.message is not None:
                self._session.emit(turn_id, Warning(answer.message))
            if answer.failure is not None:
                line = f"The {event} hook `{hook.command}` failed, so it stopped nothing: {answer.failure}"
                self._session.emit(turn_id, Warning(line))
        reason = next((answer.reason for answer in answers if answer.reason is not None), None)
        return reason, [answer.context for answer in answers if answer.context is not None]

    async def _one(self, hook: Hook, told: dict[str, Any]) -> Answer:
        settings, config = self._session.settings, self._session.config
        policy = self._policy(hook)
        environ = configured_environment(config, policy)
        return await run_hook(hook, told, settings.cwd, environ, configured_sandbox(config, policy, settings.cwd))

    def _policy(self, hook: Hook) -> SandboxPolicy:
        """As the user says; without a word their own hooks are free and those of a project as confined as the turn."""
        own = self._session.settings.sandbox_policy
        match self._session.config.hooks_sandbox_mode:
            case "read-only":
                return ReadOnly()
            case "workspace-write":
                return own if isinstance(own, WorkspaceWrite) else WorkspaceWrite()
            case "danger-full-access":
                return DangerFullAccess()
        return DangerFullAccess() if hook.project is None else own

    def _about(self, event: str, turn_id: str) -> dict[str, Any]:
        settings = self._session.settings
        free = settings.approval_policy == "never"
        return {
            "session_id": self._session.id,
            "turn_id": turn_id,
            "transcript_path": self._session.recorder.path or None,
            "cwd": settings.cwd,
            "hook_event_name": event,
            "model": settings.model,
            "permission_mode": "bypassPermissions" if free else "default",
        }

    def _add(self, context: list[str]) -> None:
        turn = self._session.active
        if turn is not None:
            turn.add_input(*(Message("developer", (InputText(words),)) for words in context))


def _names(use: ToolUse) -> tuple[str, ...]:
    """What a matcher may call the tool."""
    if use.tool in _SHELLS:
        return ("Bash", use.tool)
    return (use.tool, "Edit", "Write") if use.tool == _PATCH else (use.tool,)


def _about_tool(use: ToolUse) -> dict[str, Any]:
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
        return {"command": _command(arguments.get("command"))}
    # Only what that tool reads: words for another one beside it must not be what is looked at.
    return {"command": _command([arguments.get("shell", "bash"), "-c", arguments.get("cmd")])}


def _command(words: object) -> str:
    """A command as one line of shell."""
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        return str(words)
    from octavo.commands.quoting import quote_command
    from octavo.commands.readings import shell_script

    script = shell_script(words)
    return quote_command(words) if script is None else script
