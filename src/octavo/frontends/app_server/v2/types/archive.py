"""What happens to a whole thread: it gets a name, goes away, or comes back."""

from __future__ import annotations

from typing import Literal

from octavo.frontends.app_server.shapes import Camel


class ThreadParams(Camel, frozen=True):
    """Which thread."""

    thread_id: str


class ThreadNameParams(Camel, frozen=True):
    """Which thread, and what it is to be called."""

    thread_id: str
    name: str


class UnsubscribeResponse(Camel, frozen=True):
    """What became of the subscription."""

    status: Literal["unsubscribed", "notSubscribed", "notLoaded"]


class ThreadNotice(Camel, frozen=True):
    """Something happened to a whole thread."""

    thread_id: str


class ThreadNameUpdated(Camel, frozen=True):
    """A thread is called so now."""

    thread_id: str
    thread_name: str | None
