"""Threads that go on, and threads that begin with what another one holds."""

from __future__ import annotations

from octavo.frontends.app_server.v2.types.start import ThreadSettings


class ThreadResumeParams(ThreadSettings, frozen=True, kw_only=True):
    """A saved thread goes on."""

    thread_id: str
    exclude_turns: bool | None = None


class ThreadForkParams(ThreadSettings, frozen=True, kw_only=True):
    """A new thread that begins with what another one holds."""

    thread_id: str
    ephemeral: bool | None = None
    exclude_turns: bool | None = None
