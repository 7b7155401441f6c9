"""`review/start`, `thread/compact/start` and its way back: work on a thread that is no answer to the user."""

from __future__ import annotations

from octavo.frontends import review_requests
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.shapes import Empty
from octavo.frontends.app_server.v2.threads import live_thread
from octavo.frontends.app_server.v2.turns import new_turn_id, refuse_if_busy
from octavo.frontends.app_server.v2.types.archive import ThreadParams
from octavo.frontends.app_server.v2.types.review import (
    BaseBranch,
    Commit,
    CustomTarget,
    ReviewStartParams,
    ReviewStartResponse,
    ReviewTarget,
    UncommittedChanges,
)
from octavo.frontends.app_server.v2.types.turns import Turn
from octavo.frontends.jsonrpc.errors import refused
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.protocol import ops
from octavo.protocol.review import ReviewRequest


async def start_review(server: Server, request_id: RequestId, params: ReviewStartParams) -> None:
    """Let another conversation look at the work; what it finds is told in this thread, or in one of its own."""
    thread = live_thread(server, params.thread_id)
    request = _request(params.target)
    if params.delivery == "detached":
        from octavo.frontends.app_server.v2.detached import announce, detached_from

        thread = await detached_from(server, thread)
    else:
        await refuse_if_busy(thread)
    turn_id = new_turn_id()
    thread.narrator.expect(turn_id, "review")
    server.peer.reply(request_id, ReviewStartResponse(Turn(id=turn_id, status="inProgress"), thread.id))
    if params.delivery == "detached":
        announce(server, thread)
    await thread.conversation.submit(ops.Review(request), turn_id)


async def start_compaction(server: Server, _: RequestId, params: ThreadParams) -> Empty:
    """Replace the thread's history by a summary, in a turn of its own."""
    thread = live_thread(server, params.thread_id)
    await refuse_if_busy(thread)
    turn_id = new_turn_id()
    thread.narrator.expect(turn_id, "compact")
    await thread.conversation.submit(ops.Compact(), turn_id)
    return Empty()


async def roll_back_compaction(server: Server, _: RequestId, params: ThreadParams) -> Empty:
    """Put the thread's history of before its newest compaction in place again, in a turn of its own."""
    thread = live_thread(server, params.thread_id)
    await refuse_if_busy(thread)
    turn_id = new_turn_id()
    thread.narrator.expect(turn_id, "turn")
    await thread.conversation.submit(ops.RollBackCompaction(), turn_id)
    return Empty()


def _request(target: ReviewTarget) -> ReviewRequest:
    match target:
        case UncommittedChanges():
            return review_requests.of_changes()
        case BaseBranch(branch=branch):
            return review_requests.against_branch(branch)
        case Commit(sha=sha, title=title):
            return review_requests.of_commit(sha, title or None)
        case CustomTarget(instructions=words):
            if not words.strip():
                raise refused("instructions must not be empty")
            return review_requests.by_instructions(words)
