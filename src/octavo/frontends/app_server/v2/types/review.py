"""Reviews of changes."""

from __future__ import annotations

from typing import Literal

from octavo.frontends.app_server.shapes import Camel
from octavo.frontends.app_server.v2.types.turns import Turn
from octavo.frontends.app_server.v2.types.values import Variant


class UncommittedChanges(Variant, frozen=True, kw_only=True, tag="uncommittedChanges"):
    """Everything that is not committed."""


class BaseBranch(Variant, frozen=True, kw_only=True, tag="baseBranch"):
    """What differs from a branch."""

    branch: str


class Commit(Variant, frozen=True, kw_only=True, tag="commit"):
    """One commit."""

    sha: str
    title: str | None = None


class CustomTarget(Variant, frozen=True, kw_only=True, tag="custom"):
    """Whatever the words say."""

    instructions: str


ReviewTarget = UncommittedChanges | BaseBranch | Commit | CustomTarget


class ReviewStartParams(Camel, frozen=True):
    """What is to be reviewed."""

    thread_id: str
    target: ReviewTarget
    delivery: Literal["inline", "detached"] | None = None


class ReviewStartResponse(Camel, frozen=True):
    """The turn of the review, and its thread."""

    turn: Turn
    review_thread_id: str
