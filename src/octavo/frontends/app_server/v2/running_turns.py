"""`turn/steer` and `turn/interrupt`: what a client says to a turn that runs."""

from __future__ import annotations

from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.shapes import Empty
from octavo.frontends.app_server.v2.input_parts import user_inputs
from octavo.frontends.app_server.v2.threads import LiveThread, live_thread
from octavo.frontends.app_server.v2.turns import check_joinable, join
from octavo.frontends.app_server.v2.types.running_turns import TurnInterruptParams, TurnSteerParams, TurnSteerResponse
from octavo.frontends.jsonrpc.errors import refused
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.protocol import ops


async def steer_turn(server: Server, _: RequestId, params: TurnSteerParams) -> TurnSteerResponse:
    """Say something in the turn that runs; the model hears it with its next request."""
    thread, running = await _running(server, params.thread_id, params.expected_turn_id, "steer")
    check_joinable(thread, running)
    if not params.input:
        raise refused("input must not be empty")
    await join(thread, user_inputs(params.input, thread.conversation.settings.cwd))
    return TurnSteerResponse(running)


async def interrupt_turn(server: Server, request_id: RequestId, params: TurnInterruptParams) -> None:
    """End the turn; its end is told after the answer."""
    thread, _ = await _running(server, params.thread_id, params.turn_id, "interrupt")
    server.peer.reply(request_id, Empty())
    await thread.conversation.submit(ops.Interrupt())


async def _running(server: Server, thread_id: str, expected: str, deed: str) -> tuple[LiveThread, str]:
    """The thread and the id of the turn that runs in it. Raises `RequestError` if that is not the expected one."""
    thread = live_thread(server, thread_id)
    await thread.conversation.taken()
    running = thread.conversation.running
    if running is None:
        raise refused(f"no active turn to {deed}")
    if running != expected:
        raise refused(f"expected active turn id `{expected}` but found `{running}`")
    return thread, running
