"""A thread beside another one, which knows what that one knows; for work that is not to be told in it."""

from __future__ import annotations

import msgspec

from octavo.engine.conversation import Conversation
from octavo.errors import OctavoError
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v2.start import tell_started
from octavo.frontends.app_server.v2.threads import LiveThread, adopt, listen
from octavo.frontends.jsonrpc.errors import failed


async def detached_from(server: Server, thread: LiveThread) -> LiveThread:
    """A new thread under the settings of the other one. The client hears nothing of it before `announce`."""
    made, settings = thread.conversation.config, thread.conversation.settings
    config = msgspec.structs.replace(
        made,
        cwd=settings.cwd,
        model=settings.model,
        model_reasoning_effort=settings.effort,
        model_reasoning_summary=settings.summary,
        approval_policy=settings.approval_policy,
        granular_approval=settings.granular,
        approvals_reviewer=settings.approvals_reviewer,
        sandbox_policy=settings.sandbox_policy,
        service_tier=settings.service_tier,
    )
    path = thread.conversation.configured.rollout_path
    try:
        conversation: Conversation
        if path and thread.turns():
            conversation = await server.runtime.fork(path, None, config, thread_source=thread.thread_source)
        else:
            conversation = await server.runtime.open(config, saves=bool(path), thread_source=thread.thread_source)
    except OctavoError as error:
        raise failed(f"error creating thread: {error}") from None
    new = adopt(server, conversation, config)
    new.policy, new.reviewer, new.thread_source = thread.policy, thread.reviewer, thread.thread_source
    new.before, new.forked_from = thread.turns() if path else (), thread.id
    return new


def announce(server: Server, thread: LiveThread) -> None:
    """From now on, the client hears it."""
    tell_started(server, thread)
    listen(server, thread)
