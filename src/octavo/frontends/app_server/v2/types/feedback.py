"""Reports."""

from __future__ import annotations

from octavo.frontends.app_server.shapes import Camel


class FeedbackParams(Camel, frozen=True, kw_only=True):
    """A report, and which thread it is about."""

    classification: str
    reason: str | None = None
    thread_id: str | None = None
    include_logs: bool | None = None


class FeedbackResponse(Camel, frozen=True):
    """The report's thread."""

    thread_id: str
