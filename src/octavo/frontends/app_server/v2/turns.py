"""`turn/start`."""

from __future__ import annotations

import os
import time

from msgspec import UNSET, UnsetType

from octavo.frontends.app_server.paths import absolute
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v2.input_parts import user_inputs
from octavo.frontends.app_server.v2.policies import effective_policy, effective_reviewer, sandbox_policy
from octavo.frontends.app_server.v2.threads import LiveThread, live_thread
from octavo.frontends.app_server.v2.types.turns import Turn, TurnStartParams, TurnStartResponse
from octavo.frontends.app_server.v2.types.values import ToolOutput
from octavo.frontends.ids import random_uuid
from octavo.frontends.jsonrpc.errors import refused
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.protocol import ops
from octavo.protocol.ids import make_conversation_id
from octavo.protocol.policy import ApprovalPolicy, ApprovalsReviewer, Granular
from octavo.protocol.turn_items import UserInput


async def start_turn(server: Server, request_id: RequestId, params: TurnStartParams) -> None:
    """Start a turn, or join the one that runs. The answer comes before anything is told of it."""
    thread = live_thread(server, params.thread_id)
    await thread.conversation.taken()
    running = thread.conversation.running
    check_joinable(thread, running)
    if params.tool_output is not None and params.input:
        raise refused("`toolOutput` cannot be combined with nonempty `input`")
    await thread.conversation.submit(_changes(server, thread, params))
    cwd = thread.conversation.settings.cwd if params.cwd is None else absolute(server.config.cwd, params.cwd)
    inputs = user_inputs(params.input, cwd)
    turn_id = new_turn_id() if running is None else running
    server.peer.reply(request_id, TurnStartResponse(Turn(id=turn_id, status="inProgress")))
    if running is None:
        thread.narrator.expect(turn_id, "turn")
        warn_of_unknown_model(server, thread, params.model or thread.conversation.settings.model)
    if params.tool_output is not None:
        await _pass_on(thread, params.tool_output, params, turn_id)
    elif running is not None:
        await join(thread, inputs)
    else:
        tier = params.service_tier_for_turn or UNSET
        await thread.conversation.submit(ops.UserInputOp(inputs, params.output_schema, tier), turn_id)


def warn_of_unknown_model(server: Server, thread: LiveThread, model: str) -> None:
    """Tell that nothing is known of the model's window and abilities; who configured its window knows that."""
    from octavo.model.families import family_of
    from octavo.model.sizes import sizes_of

    config = thread.conversation.config
    if family_of(model) or sizes_of(model) or config.model_context_window or config.model_provider_id == "embedded":
        return
    from octavo.frontends.app_server.v2.types.notices import WarningNotice

    text = f"Nothing is known of the model `{model}`: the turn runs with what usual models can do."
    server.peer.notify("warning", WarningNotice(text, thread.id))


def new_turn_id() -> str:
    """An id that no turn of any thread has, so that clients can tell turns apart by it alone."""
    return make_conversation_id(time.time_ns() // 1_000_000, os.urandom(10))


async def refuse_if_busy(thread: LiveThread) -> None:
    """Raise `RequestError` while something runs that must not be replaced."""
    await thread.conversation.taken()
    running = thread.conversation.running
    if running is not None:
        check_joinable(thread, running)
        raise refused(f"a turn is running: {running}")


async def _pass_on(thread: LiveThread, said: ToolOutput, params: TurnStartParams, turn_id: str) -> None:
    """Words from outside start the turn, or join it, as what a tool answered."""
    from octavo.frontends.app_server.v2.types.other_items import ToolOutputItem  # few clients do

    call_id = f"call_{random_uuid()}"
    item = ToolOutputItem(id=call_id, name=said.name, output=said.output, namespace=said.namespace)
    thread.narrator.passed_on(item)
    name = f"{said.namespace}__{said.name}" if said.namespace else said.name
    usual = "".join(char if char.isascii() and (char.isalnum() or char in "_-") else "_" for char in name)[:64]
    tier = params.service_tier_for_turn or UNSET
    words = ops.ToolWords(usual or "tool", call_id, said.output, params.output_schema, tier)
    await thread.conversation.submit(words, turn_id)


async def join(thread: LiveThread, inputs: tuple[UserInput, ...]) -> None:
    """Say something in the turn that runs."""
    from octavo.engine.user_message import message_of

    if inputs:
        thread.narrator.steered(message_of(inputs))
    await thread.conversation.submit(ops.UserInputOp(inputs))
    await thread.conversation.taken()


def check_joinable(thread: LiveThread, running: str | None) -> None:
    """Raise `RequestError` where something runs that takes no words."""
    kind = thread.narrator.expected.get(running or "", "turn")
    if kind != "turn":
        info = {"codexErrorInfo": {"activeTurnNotSteerable": {"turnKind": kind}}}
        raise refused(f"cannot add to a {kind} turn", info)


def _changes(server: Server, thread: LiveThread, params: TurnStartParams) -> ops.OverrideTurnContext:
    """The settings that change, from this turn on."""
    policy: ApprovalPolicy | UnsetType = UNSET
    granular: Granular | UnsetType | None = UNSET
    if params.approval_policy is not None:
        thread.policy = params.approval_policy
        policy, granular = effective_policy(params.approval_policy)
    reviewer: ApprovalsReviewer | UnsetType = UNSET
    if params.approvals_reviewer is not None:
        thread.reviewer, reviewer = params.approvals_reviewer, effective_reviewer(params.approvals_reviewer)
    return ops.OverrideTurnContext(
        cwd=UNSET if params.cwd is None else os.path.normpath(absolute(server.config.cwd, params.cwd)),
        approval_policy=policy,
        granular=granular,
        sandbox_policy=UNSET if params.sandbox_policy is None else sandbox_policy(params.sandbox_policy),
        model=UNSET if params.model is None else params.model,
        effort=UNSET if params.effort is None else params.effort,  # type: ignore[arg-type]  # the service judges it
        summary=UNSET if params.summary is None else params.summary,
        approvals_reviewer=reviewer,
        service_tier=UNSET if params.service_tier is None else params.service_tier,
    )
