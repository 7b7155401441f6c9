"""What a review found, as a cell (`docs/review.md`)."""

from __future__ import annotations

from octavo.frontends.terminal.cells import notices
from octavo.frontends.terminal.cells.agent import AgentText
from octavo.frontends.terminal.cells.cell import Cell
from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.text.markdown import render
from octavo.protocol.review import ReviewFinding, ReviewOutput


def review_cell(output: ReviewOutput | None) -> Cell:
    """The findings as a list, else the explanation, else that there is neither."""
    text = _findings(output.findings) if output and output.findings else ""
    if not text and output:
        text = output.overall_explanation.strip()
    if not text:
        return notices.error("The review ended without a result.")
    return AgentText(tuple(render(text)), begins=True, continues=False)


def _findings(findings: tuple[ReviewFinding, ...]) -> str:
    lines = ["Full review comments:" if len(findings) > 1 else "Review comment:"]
    for finding in findings:
        where, span = one_line(finding.code_location.absolute_file_path), finding.code_location.line_range
        lines += ["", f"- {one_line(finding.title)} — {where}:{span.start}-{span.end}"]
        lines += [f"  {part}" for part in finding.body.split("\n")]
    return "\n".join(lines)
