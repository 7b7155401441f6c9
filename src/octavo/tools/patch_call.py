"""A patch inside a turn: checked, perhaps asked for, applied in the sandbox (`docs/apply-patch.md`)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import TypeVar

from octavo.patch.approved import Place, place_of, with_places
from octavo.patch.sections import PatchError
from octavo.patch.verify import VerifiedPatch, files_read, verify, weight
from octavo.patch.writable import paths_are_writable
from octavo.process.failures import CommandError
from octavo.process.own_patch_program import own_patch_program
from octavo.process.run import CommandOutput, run_command
from octavo.protocol.events import ApplyPatchApprovalRequest, EventMsg, PatchApplyBegin, PatchApplyEnd, TurnDiff
from octavo.protocol.policy import DangerFullAccess, ReadOnly, has_network
from octavo.sandbox.environment import NETWORK_DISABLED
from octavo.sandbox.roots import writable_roots
from octavo.sandbox.spec import SandboxSpec
from octavo.tools.approval import Rejected, ask
from octavo.tools.context import ApprovalKey, Invocation, ToolResult, TurnContext
from octavo.tools.errors import RespondToModel
from octavo.tools.file_undo import undoable
from octavo.tools.orchestrator import Action, carry_out, denied_output, with_remark
from octavo.tools.output_format import shell_output_json
from octavo.tools.run_command import hidden_from, output_text, tell_output
from octavo.tools.unreadable import refuse_unreadable

Result = TypeVar("Result")
Places = dict[str, Place]
"""Where the paths of a patch lead, by absolute path."""

REFUSED = "patch rejected by user"

_LARGE = 64 * 1024
"""Bytes from which on comparing may take longer than a moment: some tenths of a second, at worst seconds."""


async def run_patch(invocation: Invocation, text: str, cwd: str, timeout_ms: int) -> ToolResult:
    """Apply the patch text below `cwd` and answer with what the patch program said.

    Raises `RespondToModel` when the patch does not fit or is refused.
    """
    if (editor := invocation.host.editor) is not None:
        await editor.save(tuple(files_read(text, cwd)))
    is_large = weight(text, cwd) > _LARGE
    try:
        patch = await _worked_out(
            lambda: verify(text, cwd, lambda path: refuse_unreadable(invocation.turn, path)), is_large
        )
    except PatchError as error:
        raise RespondToModel(f"apply_patch verification failed: {error}") from None
    places = _places(patch)
    asked = await _decide(invocation, patch, places)
    invocation.emit(PatchApplyBegin(invocation.call_id, not asked, patch.changes))
    invocation.host.turn_diff.on_patch_begin(patch.changes)
    try:
        output, remark = await _apply(invocation, patch, timeout_ms, asked, places)
    except (CommandError, Rejected) as error:
        end = PatchApplyEnd(invocation.call_id, "", str(error), success=False)
        return ToolResult(str(error), success=False, told=(end,))
    said, most_bytes = with_remark(output_text(output), remark), invocation.turn.config.most_tool_output
    answer = shell_output_json(said, output.exit_code, output.duration_seconds, most_bytes)
    tracker = invocation.host.turn_diff
    unified = await _worked_out(tracker.unified_diff, is_large)
    return ToolResult(answer, output.exit_code == 0, _told(invocation, output, unified))


async def _worked_out(work: Callable[[], Result], is_large: bool) -> Result:
    """The result of some comparing of texts, beside the conversation where that takes a while."""
    if not is_large:
        return work()
    # A thread: nothing else can hear an interrupt meanwhile, and a process would have to be sent all of it.
    return await asyncio.to_thread(work)


def _told(invocation: Invocation, output: CommandOutput, unified: str | None) -> tuple[EventMsg, ...]:
    """The end of the patch, and what the turn changed in all."""
    stdout, stderr = (stream.decode("utf-8", "replace") for stream in (output.stdout, output.stderr))
    end = PatchApplyEnd(invocation.call_id, stdout, stderr, success=output.exit_code == 0)
    return (end, TurnDiff(unified)) if unified else (end,)


async def _decide(invocation: Invocation, patch: VerifiedPatch, places: Places) -> bool:
    """Whether the user was asked (and agreed); raises when the patch may not be applied."""
    turn = invocation.turn
    if not patch.changes:
        raise RespondToModel("patch rejected: empty patch")
    if turn.settings.approval_policy != "untrusted":
        if turn.settings.approval_policy == "on-failure" or _is_writable(turn, patch):
            return False
        if turn.settings.approval_policy == "never":
            raise RespondToModel("patch rejected: writing outside of the project; rejected by user approval settings")
    key, call_id = _approval_key(patch, places), invocation.call_id
    await ask(invocation, key, lambda: ApplyPatchApprovalRequest(call_id, patch.changes), REFUSED)
    return True


def _approval_key(patch: VerifiedPatch, places: Places) -> ApprovalKey:
    """An answer for the session is about these places: the same words may lead elsewhere once a folder is a link."""
    return ("patch", (patch.text, *(name for place in places.values() for name in place)), patch.cwd, False)


def _places(patch: VerifiedPatch) -> Places:
    """Where the patch really writes, as the disk is now."""
    return {path: place_of(path) for path in patch.touched}


def _is_writable(turn: TurnContext, patch: VerifiedPatch) -> bool:
    policy = turn.settings.sandbox_policy
    if isinstance(policy, DangerFullAccess):
        return True
    if isinstance(policy, ReadOnly):
        return False
    roots = writable_roots(policy, turn.settings.cwd, turn.config.environ)
    return paths_are_writable(patch.touched, [(root.root, root.read_only) for root in roots], turn.settings.cwd)


async def _apply(
    invocation: Invocation, patch: VerifiedPatch, timeout_ms: int, asked: bool, places: Places
) -> tuple[CommandOutput, str]:
    turn = invocation.turn
    environ = {} if has_network(turn.settings.sandbox_policy) else {NETWORK_DISABLED: "1"}
    leads_outside = asked or not _is_writable(turn, patch)  # so the sandbox may stop it half-way, and a retry follow

    has_boundary = not isinstance(turn.settings.sandbox_policy, DangerFullAccess)
    agreed = places

    def leads_where_it_did() -> bool:
        nonlocal agreed
        agreed = _places(patch)  # if it differs, the user is asked about this once more
        return agreed == places

    async def attempt(sandbox: SandboxSpec | None) -> CommandOutput:
        only_places = sandbox is None and has_boundary
        text = patch.text.encode("utf-8", "replace")
        async with undoable(invocation, *map(os.path.realpath, patch.touched)):
            return await run_command(
                own_patch_program(all_or_none=leads_outside and sandbox is not None, only_places=only_places),
                cwd=patch.cwd,
                environ=environ,
                sandbox=sandbox,
                timeout_ms=timeout_ms,
                on_output=lambda stream, chunk: tell_output(invocation, stream, chunk),
                stdin=with_places(patch.cwd, agreed, text) if only_places else text,
                unreadable=await hidden_from(turn),
            )

    action = Action(
        _approval_key(patch, places),
        ("apply_patch",),
        patch.cwd,
        user_approved=asked,
        is_patch=True,
        leads_where_it_did=leads_where_it_did,
    )
    return await carry_out(action, invocation, attempt, denied_output)
