"""The user's hook programs for what most turns never see (`docs/hooks.md`). Loaded only where there are any."""

from __future__ import annotations

from octavo.engine.hook_programs import MOST_CONTINUATIONS, Programs, shown_command
from octavo.engine.touched import touched
from octavo.protocol.events import ApplyPatchApprovalRequest, ExecApprovalRequest, Warning
from octavo.tools.hooks import Permission, Trigger


class RarerUserHooks:
    """Asks and tells the hooks that are meant. In a sub-conversation nobody is told of ends and interruptions."""

    def __init__(self, programs: Programs) -> None:
        self._session, self._programs = programs.session, programs

    async def permission_request(
        self, turn_id: str, question: ExecApprovalRequest | ApplyPatchApprovalRequest
    ) -> Permission | None:
        """What the hooks answer in the user's place; a no beats a yes."""
        cwd = None
        if isinstance(question, ExecApprovalRequest):
            names: tuple[str, ...] = ("Bash", "shell")
            tool_input: dict[str, object] = {"command": shown_command(list(question.command))}
            cwd = question.cwd  # the model may have chosen another folder, where the same words do something else
        else:
            names = ("apply_patch", "Edit", "Write")
            tool_input = {"files": sorted(touched(question.changes))}
        if isinstance(question.reason, str):
            tool_input["description"] = question.reason
        told = {"tool_name": names[0], "tool_input": tool_input, "tool_use_id": question.call_id}
        said = await self._programs.run("PermissionRequest", turn_id, names, told, cwd)
        if said.reason is not None:
            return Permission(allows=False, reason=said.reason)
        # The sandbox has stopped a patch on its way, by a link say: the question has none of its words to judge by.
        is_unseen = isinstance(question, ExecApprovalRequest) and question.command == ("apply_patch",)
        return Permission(allows=True) if said.allows and not is_unseen else None

    async def pre_compact(self, turn_id: str, trigger: Trigger) -> str | None:
        """A reason not to make room."""
        return (await self._programs.run("PreCompact", turn_id, (trigger,), {"trigger": trigger})).reason

    async def post_compact(self, turn_id: str, trigger: Trigger) -> None:
        """Room was made."""
        await self._programs.run("PostCompact", turn_id, (trigger,), {"trigger": trigger})

    async def subagent_start(self, turn_id: str, call_id: str, agent: str, task: str) -> tuple[str | None, str]:
        """A reason not to start it, and the task with what the hooks add."""
        told = {"agent_id": call_id, "agent_type": agent, "prompt": task}
        said = await self._programs.run("SubagentStart", turn_id, (agent,), told)
        return said.reason, "\n\n".join((task, *said.context))

    async def subagent_stop(
        self, turn_id: str, call_id: str, agent: str, last_words: str | None, count: int
    ) -> str | None:
        """Words for it to go on with, a bounded number of times."""
        told: dict[str, object] = {"agent_id": call_id, "agent_type": agent, "last_assistant_message": last_words}
        told["stop_hook_active"] = count > 1
        said = await self._programs.run("SubagentStop", turn_id, (agent,), told)
        if said.reason is not None and count > MOST_CONTINUATIONS:
            text = f"A SubagentStop hook has kept an agent going {count - 1} times; it ends now."
            self._session.emit(turn_id, Warning(text))
            return None
        return said.reason

    async def interrupt(self, turn_id: str) -> None:
        """A turn was interrupted."""
        if self._session.services.depth == 0:
            await self._programs.run("Interrupt", turn_id, (), {})

    async def session_end(self) -> None:
        """The conversation is over."""
        if self._session.services.depth == 0:
            await self._programs.run("SessionEnd", "", (), {"reason": "other"})
