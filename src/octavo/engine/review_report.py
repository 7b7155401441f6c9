"""What a reviewer answered, read and retold (`docs/review.md`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from octavo.protocol.items import InputText, Message, user_message
from octavo.protocol.review import ReviewFinding, ReviewOutput

DONE = (
    "The user asked for a review. This is the full review output from reviewer model. "
    "The user may want you to act on it."
)
BROKEN_OFF = (
    "The user asked for a review, and it was interrupted before it gave a result. "
    "They can start it again with `/review`."
)


class _Strict(msgspec.Struct, frozen=True):
    findings: tuple[ReviewFinding, ...]
    overall_correctness: str
    overall_explanation: str
    overall_confidence_score: float


def parse_review(text: str) -> ReviewOutput:
    """The verdict in the text; a text without one is taken as the explanation."""
    for candidate in (text, text[text.find("{") : text.rfind("}") + 1]):
        try:
            found = msgspec.json.decode(candidate, type=_Strict)
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            continue
        return ReviewOutput(*msgspec.structs.astuple(found))
    return ReviewOutput(overall_explanation=text)


def report_message(output: ReviewOutput | None) -> Message:
    """What the conversation that asked for the review remembers of it."""
    context = DONE if output else BROKEN_OFF
    results = _results(output) if output else "None."
    return user_message(
        InputText(
            f"<user_action>\n  <context>{context}</context>\n  <action>review</action>\n"
            f"  <results>\n  {results}\n  </results>\n</user_action>\n"
        )
    )


def findings_block(findings: Sequence[ReviewFinding], selected: Sequence[bool] | None = None) -> str:
    """The findings as text; with `selected`, each as an item that is ticked or not."""
    return "\n".join(_block_lines(findings, selected))


def _results(output: ReviewOutput) -> str:
    explanation = output.overall_explanation.strip()
    return explanation + ("\n" + findings_block(output.findings) if output.findings else "")


def _block_lines(findings: Sequence[ReviewFinding], selected: Sequence[bool] | None) -> Iterator[str]:
    yield ""
    yield "Full review comments:" if len(findings) > 1 else "Review comment:"
    for place, finding in enumerate(findings):
        where = finding.code_location
        tick = ""
        if selected is not None:
            tick = "[x] " if place >= len(selected) or selected[place] else "[ ] "
        yield ""
        yield (
            f"- {tick}{finding.title} \u2014 {where.absolute_file_path}:{where.line_range.start}-{where.line_range.end}"
        )
        yield from (f"  {line}" for line in finding.body.split("\n"))
