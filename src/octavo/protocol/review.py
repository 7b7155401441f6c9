"""What a review answers (`docs/protocol.md`)."""

from __future__ import annotations

import msgspec


class LineRange(msgspec.Struct, frozen=True):
    """Lines counted from 1, both ends included."""

    start: int
    end: int


class CodeLocation(msgspec.Struct, frozen=True):
    """Where a finding is."""

    absolute_file_path: str
    line_range: LineRange


class ReviewFinding(msgspec.Struct, frozen=True):
    """One thing that the review found."""

    title: str
    body: str
    confidence_score: float
    priority: int
    code_location: CodeLocation


class ReviewOutput(msgspec.Struct, frozen=True):
    """All findings and the verdict."""

    findings: tuple[ReviewFinding, ...] = ()
    overall_correctness: str = ""
    overall_explanation: str = ""
    overall_confidence_score: float = 0.0


class ReviewRequest(msgspec.Struct, frozen=True):
    """What to review, and how to call it before the user."""

    prompt: str
    user_facing_hint: str
