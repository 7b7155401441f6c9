"""Sessions in a real terminal: a list whose files do not answer is left, and one session follows another."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from terminal_window import READY, Open, octavo, says, tape
from unanswering import unanswering

ID = "00000000-0000-4000-8000-{:012}"


def write_sessions(home: Path, count: int) -> Path:
    """So many; the path of the newest."""
    folder = home / "home" / "sessions" / "2025" / "09" / "01"
    folder.mkdir(parents=True)
    for number in range(count):
        stamp = f"2025-09-01T{number // 60:02}:{number % 60:02}:00"
        text = f"question {number}."
        meta = {
            "id": ID.format(number), "timestamp": f"{stamp}.000Z", "cwd": "/w", "originator": "codex_cli_rs",
            "cli_version": "0.1.0", "source": "cli", "model_provider": "none",
        }  # fmt: skip
        message = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
        said = {"type": "user_message", "message": text}
        lines = [("session_meta", meta), ("response_item", message), ("event_msg", said)]
        rows = [{"timestamp": f"{stamp}.000Z", "type": kind, "payload": payload} for kind, payload in lines]
        path = folder / f"rollout-{stamp.replace(':', '-')}-{ID.format(number)}.jsonl"
        path.write_text("".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows))
    return path


def test_a_list_with_files_that_never_answer_shows_its_rows_and_is_left(home: Path, window: Open) -> None:
    newest = write_sessions(home, 200)
    with unanswering(newest):
        opened = window(octavo("resume"))
        opened.sees("question 198.")
        opened.sees("sessions, newest first")
        if sys.platform == "linux":
            opened.sees("No answer yet from rollout-2025-09-01T03-19-00-")
        opened.send("\x03")
        assert opened.ends() == 0
    assert opened.is_restored()
    assert opened.modes_are_off()


def test_a_session_is_named_cleared_and_gone_back_to(home: Path, window: Open) -> None:
    opened = window(octavo("--replay", tape(home, [says("Good day")], [says("Good night")])))
    opened.sees(READY)
    opened.ask("hello")
    opened.sees("• Good day")
    opened.until(lambda: not any("esc to interrupt" in row for row in opened.rows()))
    opened.ask("/rename my talk")
    opened.sees("• This session is called my talk.")
    opened.ask("/export notes.md")
    opened.sees("• The conversation is in ~/work/notes.md.")
    opened.ask("/export notes.md")
    opened.sees("Overwrite ~/work/notes.md?")
    opened.send("\x1b")
    opened.until(lambda: not any("Overwrite" in row for row in opened.rows()[-24:]))
    assert "Good day" in (home / "work" / "notes.md").read_text()
    opened.ask("/usage")
    opened.sees("12 tokens in 1 answer")
    opened.sees("By model and project: octavo usage.")
    opened.ask("/clear")
    opened.until(lambda: opened.rows()[-24].startswith("─ cleared ─"))
    assert opened.rows().count("• Good day") == 1, "what was there is in the scrollback"
    opened.ask("/resume")
    opened.sees("my talk")
    opened.sees("esc back")
    opened.send("\r")
    opened.until(lambda: opened.rows().count("• Good day") == 2)
    opened.sees(READY)
    opened.send("\x04")
    assert opened.ends() == 0
    assert opened.is_restored()
    assert b"\x1b[3J" not in opened.output
