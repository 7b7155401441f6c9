"""Who may run what, where: the one place that confines and retries (`docs/sandbox.md`).

Every tool that runs something describes it as an `Action` and lets `carry_out`
decide: ask the user first or not, run inside the sandbox or not, and after a
denial give up, ask, or run again without the sandbox. A patch is asked about before its
beginning is told, by its own tool; like every question that one goes through `approval.ask`.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import msgspec

from octavo.commands.parsed import parse_command
from octavo.process.run import CommandOutput
from octavo.protocol.events import BackgroundEvent, CommandRisk, ExecApprovalRequest
from octavo.protocol.middle_cut import cut_middle
from octavo.sandbox.denial import explain_denial, is_likely_denied
from octavo.sandbox.spec import SandboxSpec, configured_sandbox
from octavo.tools.approval import ask, go_ahead
from octavo.tools.context import ApprovalKey, Invocation, TurnContext
from octavo.tools.unreadable import why_denied

if TYPE_CHECKING:
    from octavo.tools.rulings import Ruling

Outcome = TypeVar("Outcome")

MAX_DENIAL_BYTES = 2048
RETRY_REASON = "command failed; retry without sandbox?"
BEYOND_A_RULE = (
    "a rule allows this, but it may have been stopped at what such commands cannot change; retry without any limit?"
)


class Action(msgspec.Struct, frozen=True):
    """Something to run, as a question shows it.

    `ask_first` is the policy's answer to whether the user must agree before;
    `user_approved` says that the user agreed to exactly this already, elsewhere; `leads_where_it_did`, if there is
    one, whether what the user saw still means the same places.
    `escalated` runs without the sandbox at once; `may_escalate` lets the user be asked for that after a denial.
    """

    key: ApprovalKey
    command: tuple[str, ...]
    cwd: str
    ask_first: bool = False
    escalated: bool = False
    may_escalate: bool = False
    user_approved: bool = False
    justification: str | None = None
    is_patch: bool = False
    leads_where_it_did: Callable[[], bool] | None = None


async def carry_out(
    action: Action,
    invocation: Invocation,
    attempt: Callable[[SandboxSpec | None], Awaitable[Outcome]],
    denied: Callable[[Outcome], CommandOutput | None],
) -> tuple[Outcome, str]:
    """Run the action under the turn's policies; what the last attempt gave, and a remark for the model or "".

    `attempt` runs it once, in a sandbox or without; `denied` gives the output of an
    attempt that the sandbox seems to have stopped, None for any other. Raises
    `Rejected` when the user refuses, and whatever `attempt` raises.
    """
    approved, ask_first, reason = action.user_approved, action.ask_first, action.justification
    if (said := _rules_on(action, invocation)) is not None:
        approved, ask_first = said.allows, not said.allows
        reason = reason or said.reason
    if ask_first:
        await _ask(action, invocation, reason, None)
        approved = True
    elif not action.user_approved:
        go_ahead(invocation)
    guarded = _guarded(invocation.turn) if said is not None and said.allows else None
    sandbox = guarded if action.escalated else sandbox_for(invocation.turn)
    outcome = await attempt(sandbox)
    stopped = denied(outcome) if sandbox is not None else None
    if sandbox is None or stopped is None:
        return outcome, ""
    # What may not be read may not be read without the sandbox either: there is nothing to ask about.
    hidden = why_denied(invocation.turn, stopped.aggregated.decode("utf-8", "replace"), action.cwd)
    if hidden or not _may_retry(action, invocation.turn):
        return outcome, _explained(invocation, hidden or explain_denial(sandbox, stopped.aggregated, action.cwd))
    if guarded is not None:
        if sandbox is not guarded:
            outcome = await attempt(guarded)
            stopped = denied(outcome)
        if stopped is None:
            return outcome, ""
        await _ask(action, invocation, BEYOND_A_RULE, await _assess(action, invocation, stopped))
        return await attempt(None), ""
    if action.leads_where_it_did is not None and not action.leads_where_it_did():
        approved = False  # a link came in between: that is not what the user agreed to
    if not approved:
        risk = await _assess(action, invocation, stopped)
        await _ask(action, invocation, (action.justification if action.may_escalate else None) or RETRY_REASON, risk)
    return await attempt(None), ""


def _rules_on(action: Action, invocation: Invocation) -> Ruling | None:
    """What the user's rules say; None without any. Raises `RuledOut` for what they forbid."""
    permissions = None if action.is_patch else invocation.host.permissions
    if permissions is None:
        return None
    from octavo.tools.rulings import ruling  # most users have no rules

    return ruling(permissions, invocation, action.command, action.cwd)


def _explained(invocation: Invocation, line: str | None) -> str:
    """Tell the user which rule stopped the action, if that can be told; the same line is the remark for the model."""
    if line:
        invocation.emit(BackgroundEvent(line))
    return line or ""


def with_remark(text: str, remark: str) -> str:
    """What a command printed, with a remark as its last line."""
    if not remark:
        return text
    return f"{text}{remark}\n" if not text or text.endswith("\n") else f"{text}\n{remark}\n"


def _guarded(turn: TurnContext) -> SandboxSpec | None:
    """What confines a command that a rule lets run without the sandbox; None where the turn has no sandbox at all."""
    from octavo.sandbox.guarded import guarded_sandbox  # most commands are not allowed by a rule

    return guarded_sandbox(turn.config, turn.settings.sandbox_policy, turn.settings.cwd)


def sandbox_for(turn: TurnContext) -> SandboxSpec | None:
    """The confinement that the turn's policy asks for; None for full access."""
    return configured_sandbox(turn.config, turn.settings.sandbox_policy, turn.settings.cwd)


def denied_output(output: CommandOutput) -> CommandOutput | None:
    """The output itself if the sandbox seems to have stopped the command."""
    was_denied = is_likely_denied(
        exit_code=output.exit_code,
        timed_out=output.timed_out,
        stdout=output.stdout,
        stderr=output.stderr,
        aggregated=output.aggregated,
        linux=sys.platform == "linux",
    )
    return output if was_denied else None


def denial_text(output: CommandOutput) -> str:
    """What a denied command said, short enough for a question."""
    streams = (output.stderr, output.stdout)
    texts = [text for stream in streams if (text := stream.decode("utf-8", "replace").strip())]
    said = output.aggregated.decode("utf-8", "replace")
    if not said.strip():
        said = "\n".join(texts) or f"command failed inside sandbox with exit code {output.exit_code}"
    return cut_middle(said, MAX_DENIAL_BYTES)


def _may_retry(action: Action, turn: TurnContext) -> bool:
    """Whether a denial can be lifted: never under `never`; under `on-request` the model has to ask for it itself."""
    match turn.settings.approval_policy:
        case "never":
            return False
        case "on-request":
            return action.is_patch or action.may_escalate
        case "on-failure" | "untrusted":
            return True


async def _ask(action: Action, invocation: Invocation, reason: str | None, risk: CommandRisk | None) -> None:
    await ask(
        invocation,
        action.key,
        lambda: ExecApprovalRequest(
            invocation.call_id,
            action.command,
            action.cwd,
            reason if reason else msgspec.UNSET,
            risk if risk else msgspec.UNSET,
            tuple(parse_command(action.command)),
        ),
    )


async def _assess(action: Action, invocation: Invocation, output: CommandOutput) -> CommandRisk | None:
    if action.is_patch or action.key in invocation.host.approved_for_session:
        return None
    host, failure = invocation.host, denial_text(output)
    return await host.assess_risk(invocation.turn, invocation.call_id, action.command, action.cwd, failure)
