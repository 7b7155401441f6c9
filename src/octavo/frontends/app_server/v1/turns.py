"""What the user says, and what ends a turn."""

from __future__ import annotations

from octavo.frontends.app_server.paths import absolute
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.shapes import Empty
from octavo.frontends.app_server.v1.conversations import conversation_of
from octavo.frontends.app_server.v1.types.params import (
    InterruptConversationParams,
    SendUserMessageParams,
    SendUserTurnParams,
)
from octavo.frontends.app_server.v1.types.values import user_input
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.protocol.ops import Interrupt, UserInputOp, UserTurn


async def send_user_message(server: Server, _: RequestId, params: SendUserMessageParams) -> Empty:
    """Start a turn, or add to the one that runs."""
    loaded = conversation_of(server, params.conversation_id)
    await loaded.conversation.submit(UserInputOp(tuple(map(user_input, params.items))))
    return Empty()


async def send_user_turn(server: Server, _: RequestId, params: SendUserTurnParams) -> Empty:
    """The same, under settings that hold from now on."""
    loaded = conversation_of(server, params.conversation_id)
    turn = UserTurn(
        items=tuple(map(user_input, params.items)),
        cwd=absolute(server.config.cwd, params.cwd),
        approval_policy=params.approval_policy,
        sandbox_policy=params.sandbox_policy,
        model=params.model,
        effort=params.effort,
        summary=params.summary,
    )
    await loaded.conversation.submit(turn)
    return Empty()


async def interrupt_conversation(server: Server, request_id: RequestId, params: InterruptConversationParams) -> None:
    """End the turn; the answer follows the event that tells so, when a listener passes that on."""
    loaded = conversation_of(server, params.conversation_id)
    loaded.interrupts.append(request_id)
    await loaded.conversation.submit(Interrupt())
