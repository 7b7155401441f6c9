"""Reports about a conversation, in the envelope format that crash services take (`docs/app-server.md`, "Feedback").

Nothing is sent unless `OCTAVO_FEEDBACK_DSN` names a service (`https://KEY@HOST/PROJECT`).
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Mapping, Sequence

import msgspec

from octavo import __version__
from octavo.http.client import HttpClient
from octavo.http.urls import InvalidUrl
from octavo.http.wire import TransportError

TARGET_VARIABLE = "OCTAVO_FEEDBACK_DSN"

_log = logging.getLogger(__name__)
_LIMIT_SECONDS = 10.0
_TITLES = {"bug": "Bug", "bad_result": "Bad result", "good_result": "Good result"}


class Attachment(msgspec.Struct, frozen=True):
    """A file of the report."""

    name: str
    content_type: str
    data: bytes


class Report(msgspec.Struct, frozen=True):
    """What the user thinks of a conversation."""

    thread_id: str
    classification: str
    reason: str | None
    attachments: Sequence[Attachment] = ()


def feedback_target(environ: Mapping[str, str]) -> str | None:
    """Where reports go; None for nowhere."""
    return environ.get(TARGET_VARIABLE) or None


async def send_report(http: HttpClient, target: str, report: Report) -> None:
    """Send it as well as can be, ten seconds at most; whoever reports is not told of a network that fails."""
    try:
        url, key = _endpoint(target)
        sender = f"Sentry sentry_version=7, sentry_key={key}, sentry_client=octavo/{__version__}"
        headers = [(b"content-type", b"application/x-sentry-envelope"), (b"x-sentry-auth", sender.encode())]
        async with asyncio.timeout(_LIMIT_SECONDS):
            answer = await http.request("POST", url, headers, _envelope(report))
    except (TransportError, InvalidUrl, TimeoutError, ValueError) as error:
        _log.warning("the report was not sent: %s", error)
    else:
        if not answer.is_success:
            _log.warning("the report was not taken: status %d", answer.status)


def _endpoint(target: str) -> tuple[str, str]:
    """The address and the key that a DSN holds. Raises `ValueError`."""
    scheme, separator, rest = target.partition("://")
    key, at, place = rest.partition("@")
    host, slash, project = place.partition("/")
    if not (separator and at and slash and project):
        raise ValueError(f"{TARGET_VARIABLE} has to be https://KEY@HOST/PROJECT")
    return f"{scheme}://{host}/api/{project}/envelope/", key


def _envelope(report: Report) -> bytes:
    event_id = os.urandom(16).hex()
    parts = [msgspec.json.encode({"event_id": event_id}), b"\n"]
    parts += _item({"type": "event"}, msgspec.json.encode(_event(report, event_id)))
    for attachment in report.attachments:
        header = {"type": "attachment", "filename": attachment.name, "content_type": attachment.content_type}
        parts += _item(header, attachment.data)
    return b"".join(parts)


def _item(header: dict[str, str], payload: bytes) -> list[bytes]:
    return [msgspec.json.encode({**header, "length": len(payload)}), b"\n", payload, b"\n"]


def _event(report: Report, event_id: str) -> dict[str, object]:
    title = _TITLES.get(report.classification, "Other")
    tags = {
        "thread_id": report.thread_id,
        "classification": report.classification,
        "cli_version": __version__,
    }
    message = f"[{title}]: Codex session {report.thread_id}"
    event: dict[str, object] = {
        "event_id": event_id,
        "timestamp": time.time(),
        "level": "error" if report.classification in {"bug", "bad_result"} else "info",
        "message": message,
        "tags": tags,
    }
    if report.reason is not None:
        tags["reason"] = report.reason
        event["exception"] = {"values": [{"type": message, "value": report.reason}]}
    return event
