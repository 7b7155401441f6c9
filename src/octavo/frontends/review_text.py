"""What a review found, as one text for people."""

from __future__ import annotations

from octavo.engine.review_report import findings_block
from octavo.protocol.review import ReviewOutput

_NOTHING = "The review gave no result."


def review_text(output: ReviewOutput | None) -> str:
    """The explanation, then the findings."""
    if output is None:
        return _NOTHING
    parts = [output.overall_explanation.strip()]
    if output.findings:
        parts.append(findings_block(output.findings).strip())
    return "\n\n".join(part for part in parts if part) or _NOTHING
