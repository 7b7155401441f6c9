"""The user's hook programs in a conversation (`docs/hooks.md`). Loaded only where there are any.

They stand in the place of `Session.hooks`, with those that the program around us gave behind them.
A hook that fails is told, and what it was asked about goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

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
from octavo.tools.user_hooks.definitions import RARER, Hook, read_hooks
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
        programs = Programs(session, active)
        session.hooks = UserHooks(programs, session.hooks, "resume" if resumed else "startup")
        if any(hook.event in RARER for hook in active):
            from octavo.engine.rarer_hooks import RarerUserHooks  # most users have none of them

            session.rarer_hooks = RarerUserHooks(session, programs)


class Said(NamedTuple):
    """What hooks said together: the first reason against something, words for the model, and whether one says yes."""

    reason: str | None
    context: list[str]
    allows: bool = False


class Programs:
    """Runs the hooks of a session that are meant, side by side."""

    def __init__(self, session: Session, hooks: Sequence[Hook]) -> None:
        self.session, self._hooks = session, tuple(hooks)

    async def run(
        self, event: str, turn_id: str, names: tuple[str, ...], more: dict[str, Any], cwd: str | None = None
    ) -> Said:
        """Run the hooks for an event, and for one of these names where there are some; failures are told."""
        meant = [hook for hook in self._hooks if hook.event == event and (not names or hook.fits(*names))]
        if not meant:
            return Said(None, [])
        told = {**self._about(event, turn_id), **more}
        if cwd is not None:
            told["cwd"] = cwd
        answers = await asyncio.gather(*(self._one(hook, told) for hook in meant))
        for hook, answer in zip(meant, answers, strict=True):
            if answer.message is not None:
                self.session.emit(turn_id, Warning(answer.message))
            if answer.failure is not None:
                line = f"The {event} hook `{hook.command}` failed, so it stopped nothing: {answer.failure}"
                self.session.emit(turn_id, Warning(line))
        reason = next((answer.reason for answer in answers if answer.reason is not None), None)
        context = [answer.context for answer in answers if answer.context is not None]
        return Said(reason, context, any(answer.allows for answer in answers))

    async def _one(self, hook: Hook, told: dict[str, Any]) -> Answer:
        settings, config = self.session.settings, self.session.config
        policy = self._policy(hook)
        environ = configured_environment(config, policy)
        return await run_hook(hook, told, settings.cwd, environ, configured_sandbox(config, policy, settings.cwd))

    def _policy(self, hook: Hook) -> SandboxPolicy:
        """As the user says; without a word their own hooks are free and those of a project as confined as the turn."""
        own = self.session.settings.sandbox_policy
        match self.session.config.hooks_sandbox_mode:
            case "read-only":
                return ReadOnly()
            case "workspace-write":
                return own if isinstance(own, WorkspaceWrite) else WorkspaceWrite()
            case "danger-full-access":
                return DangerFullAccess()
        return DangerFullAccess() if hook.project is None else own

    def _about(self, event: str, turn_id: str) -> dict[str, Any]:
        settings = self.session.settings
        free = settings.approval_policy == "never"
        return {
            "session_id": self.session.id,
            "turn_id": turn_id,
            "transcript_path": self.session.recorder.path or None,
            "cwd": settings.cwd,
            "hook_event_name": event,
            "model": settings.model,
            "permission_mode": "bypassPermissions" if free else "default",
        }


class UserHooks:
    """Asks all hooks that are meant; the first reason against something counts."""

    def __init__(self, programs: Programs, inner: Hooks | None, source: str) -> None:
        self._programs, self._inner = programs, inner
        self._source: str | None = source
        self._first_words: list[str] = []
        self._continued: tuple[str, int] = ("", 0)

    async def pre_tool_use(self, use: ToolUse) -> str | None:
        """A reason not to run the call."""
        reason, context, _ = await self._programs.run(
            "PreToolUse", use.turn_id, names_of(use), about_tool(use), use.cwd
        )
        self._add(context)
        if reason is None and self._inner is not None:
            return await self._inner.pre_tool_use(use)
        return reason

    async def post_tool_use(self, use: ToolUse, output: str) -> str | None:
        """Words for the model behind the output."""
        told = {**about_tool(use), "tool_response": output}
        reason, context, _ = await self._programs.run("PostToolUse", use.turn_id, names_of(use), told, use.cwd)
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
        if reason is not None and count >= _MOST_CONTINUATIONS:
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


def names_of(use: ToolUse) -> tuple[str, ...]:
    """What a matcher may call the tool."""
    if use.tool in _SHELLS:
        return ("Bash", use.tool)
    return (use.tool, "Edit", "Write") if use.tool == _PATCH else (use.tool,)


def about_tool(use: ToolUse) -> dict[str, Any]:
    """What hooks are told of a call."""
    return {"tool_name": names_of(use)[0], "tool_input": _tool_input(use), "tool_use_id": use.call_id}


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


def shown_command(words: object) -> str:
    """A command as one line of shell."""
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        return str(words)
    from octavo.commands.quoting import quote_command
    from octavo.commands.readings import shell_script

    script = shell_script(words)
    return quote_command(words) if script is None else script
