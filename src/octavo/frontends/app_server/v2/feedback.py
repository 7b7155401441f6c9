"""`feedback/upload`: what the user thinks of a thread, with its log if the user agrees."""

from __future__ import annotations

from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v1.feedback import upload_feedback as upload
from octavo.frontends.app_server.v1.types.params import UploadFeedbackParams
from octavo.frontends.app_server.v2.threads import known_id
from octavo.frontends.app_server.v2.types.feedback import FeedbackParams, FeedbackResponse
from octavo.frontends.jsonrpc.messages import RequestId


async def upload_feedback(server: Server, request_id: RequestId, params: FeedbackParams) -> FeedbackResponse:
    """Send it where the environment says; without such a place it goes nowhere."""
    thread_id = None if params.thread_id is None else known_id(params.thread_id)
    report = UploadFeedbackParams(params.classification, params.include_logs is True, params.reason, thread_id)
    return FeedbackResponse((await upload(server, request_id, report)).thread_id)
