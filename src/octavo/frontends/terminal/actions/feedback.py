"""Sending a report with the log and the session (`docs/terminal-views.md`, "Feedback")."""

from __future__ import annotations

import os
from collections.abc import Mapping

from octavo.account.feedback import Attachment, Report, feedback_target, send_report
from octavo.frontends.terminal.effects.shows import SendFeedback
from octavo.http.client import HttpClient

LOG_NAME = "codex-logs.log"
_MOST_LOG = 4 << 20


def feedback_files(environ: Mapping[str, str], rollout_path: str) -> tuple[str, ...] | None:
    """The names of what a report would hold; None where reports go nowhere."""
    if feedback_target(environ) is None:
        return None
    return (LOG_NAME, os.path.basename(rollout_path)) if os.path.exists(rollout_path) else (LOG_NAME,)


async def send_feedback(
    http: HttpClient, environ: Mapping[str, str], wish: SendFeedback, thread_id: str, log_file: str, rollout_path: str
) -> str:
    """Send it as well as can be; a sentence for the user with the id to name when asking about the report.

    `http` carries no identity.
    """
    target = feedback_target(environ)
    if target is None:
        return "Reports go nowhere: no receiver is set up."
    attachments = _attachments(log_file, rollout_path)
    await send_report(http, target, Report(thread_id, wish.classification, wish.note or None, attachments))
    return f"Your report was sent. When you ask about it, name the thread {thread_id}."


def _attachments(log_file: str, rollout_path: str) -> list[Attachment]:
    attachments = [Attachment(LOG_NAME, "text/plain", _tail(log_file))]
    if os.path.exists(rollout_path):
        with open(rollout_path, "rb") as file:
            attachments.append(Attachment(os.path.basename(rollout_path), "application/jsonl", file.read()))
    return attachments


def _tail(path: str) -> bytes:
    """The end of the log; nothing where there is none."""
    try:
        with open(path, "rb") as file:
            file.seek(max(os.fstat(file.fileno()).st_size - _MOST_LOG, 0))
            return file.read()
    except OSError:
        return b""
