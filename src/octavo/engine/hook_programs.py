"""Running the user's hook programs for a session (`docs/hooks.md`). Loaded only where there are any."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

from octavo.engine.session import Session
from octavo.protocol.events import Warning
from octavo.protocol.policy import DangerFullAccess, ReadOnly, SandboxPolicy, WorkspaceWrite
from octavo.sandbox.environment import configured_environment
from octavo.sandbox.spec import configured_sandbox
from octavo.tools.user_hooks.definitions import Hook
from octavo.tools.user_hooks.run import Answer, run_hook

MOST_CONTINUATIONS = 20
"""How often a hook may keep somebody going who was done."""


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


def shown_command(words: object) -> str:
    """A command as one line of shell."""
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        return str(words)
    from octavo.commands.quoting import quote_command
    from octavo.commands.readings import shell_script

    script = shell_script(words)
    return quote_command(words) if script is None else script
