"""`feedback/upload`: what the user thinks of a conversation, with its log if the user agrees."""

from __future__ import annotations

import os

from octavo.account.feedback import Attachment, Report, feedback_target, send_report
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v1.types.params import UploadFeedbackParams
from octavo.frontends.app_server.v1.types.results import UploadFeedbackResponse
from octavo.frontends.ids import random_uuid, usual_uuid
from octavo.frontends.jsonrpc.errors import failed
from octavo.frontends.jsonrpc.messages import RequestId


async def upload_feedback(server: Server, _: RequestId, params: UploadFeedbackParams) -> UploadFeedbackResponse:
    """Send it where the environment says; without such a place it goes nowhere."""
    conversation_id = None if params.conversation_id is None else usual_uuid(params.conversation_id)
    thread_id = conversation_id or f"no-active-thread-{random_uuid()}"
    target = feedback_target(server.config.environ)
    if target is not None:
        attachments = _attachments(server, conversation_id) if params.include_logs else ()
        report = Report(thread_id, params.classification, params.reason, attachments)
        await send_report(server.remote.nameless_http, target, report)
    return UploadFeedbackResponse(thread_id)


def _attachments(server: Server, conversation_id: str | None) -> list[Attachment]:
    log = server.feedback_log.content() if server.feedback_log is not None else b""
    attachments = [Attachment("codex-logs.log", "text/plain", log)]
    loaded = server.conversations.find(conversation_id) if conversation_id is not None else None
    if loaded is not None:
        path = loaded.conversation.configured.rollout_path
        try:
            with open(path, "rb") as file:
                attachments.append(Attachment(os.path.basename(path), "application/jsonl", file.read()))
        except OSError as error:
            raise failed(f"failed to upload feedback: {error.strerror} (os error {error.errno})") from None
    return attachments
