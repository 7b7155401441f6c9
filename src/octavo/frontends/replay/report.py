"""What a replay found, as text and as JSON (`docs/replay.md`, "The report")."""

from __future__ import annotations

from typing import Any

import msgspec

from octavo.frontends.harmless import harmless
from octavo.frontends.replay.outputs import changed_lines
from octavo.frontends.replay.play import Outcome, Step
from octavo.frontends.replay.recorded import Recording

_MARKS = {"same": "ok  ", "different": "DIFF", "skipped": "skip"}
_LONGEST_TITLE = 100
_MOST_LINES = 20


def step_lines(step: Step) -> list[str]:
    """A call, and under it what is different."""
    title = step.title if len(step.title) <= _LONGEST_TITLE else f"{step.title[: _LONGEST_TITLE - 1]}…"
    why = f" ({step.why})" if step.why else ""
    lines = [f"{_MARKS[step.status]} {step.answer:>3} {step.tool}: {title}{why}"]
    for difference in step.differences:
        if difference.what == "exit_code":
            lines.append(f"         exit code: {_word(difference.before)}, now {_word(difference.now)}")
            continue
        changed = list(changed_lines(difference.before, difference.now))
        lines += [f"         {line}" for line in changed[:_MOST_LINES]]
        if len(changed) > _MOST_LINES:
            lines.append(f"         … {len(changed) - _MOST_LINES} more lines")
    return [harmless(line) for line in lines]


def summary_lines(outcome: Outcome, recording: Recording) -> list[str]:
    """The end of the report."""
    lines = [f"DIFF     {note}" for note in outcome.notes]
    counts = {status: sum(step.status == status for step in outcome.steps) for status in _MARKS}
    total = sum(len(answer.calls) for answer in recording.answers)
    said = f"{counts['same']} of {total} calls did the same, {counts['different']} differ"
    if counts["skipped"]:
        said += f", {counts['skipped']} skipped"
    if outcome.stopped:
        said += "; stopped at the first difference (--keep-going goes on)"
    return [*lines, said]


def json_report(outcome: Outcome, recording: Recording, workspace: str | None) -> bytes:
    """The whole report as one object."""
    report: dict[str, Any] = {
        "recording": recording.name,
        "cwd": recording.cwd,
        "turns": len(recording.turns),
        "answers": len(recording.answers),
        "calls": sum(len(answer.calls) for answer in recording.answers),
        "differences": outcome.differs,
        "stopped": outcome.stopped,
        "notes": outcome.notes,
        "steps": outcome.steps,
        "last_message": outcome.last_words,
        "workspace": workspace,
    }
    return msgspec.json.format(msgspec.json.encode(report), indent=2)


def _word(code: Any) -> str:
    return "none" if code is None else str(code)
