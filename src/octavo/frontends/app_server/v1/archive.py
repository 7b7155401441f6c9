"""`archiveConversation`: a conversation ends, if it is in memory, and its file leaves the lists."""

from __future__ import annotations

import time

from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.shapes import Empty
from octavo.frontends.app_server.v1.types.params import ArchiveConversationParams
from octavo.frontends.ids import usual_uuid
from octavo.frontends.jsonrpc.errors import failed, refused
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.rollout.archive import ArchiveError, NotArchivable, archivable_path, archive_session


async def archive_conversation(server: Server, _: RequestId, params: ArchiveConversationParams) -> Empty:
    """Check the path, end the conversation, move the file."""
    home = server.config.codex_home
    try:
        path = archivable_path(home, params.rollout_path, usual_uuid(params.conversation_id))
    except NotArchivable as error:
        raise refused(str(error)) from None
    loaded = server.conversations.find(params.conversation_id)
    if loaded is not None:
        server.conversations.forget(loaded)
        # Its listener hears the end either way it comes.
        await server.conversations.shut_down(loaded)
        await server.conversations.close(loaded)
    try:
        archive_session(home, path, lambda: time.time_ns() // 1_000_000)
    except ArchiveError as error:
        raise failed(str(error)) from None
    return Empty()
