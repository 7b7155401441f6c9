"""The program in plain lines, in a real terminal: with keys, and where the terminal hands over whole lines."""

from __future__ import annotations

import termios
import time
from pathlib import Path

from terminal_window import Open, Window, octavo, runs, says, tape


def asked_for(home: Path) -> list[str]:
    recording = tape(home, [runs("touch made; exit 3")], [says("Done\n\nAll of it")])
    return octavo("--replay", recording, "-a", "untrusted", "-s", "workspace-write")


def written(opened: Window) -> list[str]:
    return [row for row in opened.rows() if row]


WHOLE = [
    "Working.",
    "The model asks to run:",
    "  $ touch made; exit 3",
    "You approved, this once: touch made; exit 3",
    "Running: touch made; exit 3",
    "Octavo: Done",
    "All of it",
]


def test_a_terminal_that_obeys_nothing_gets_text_alone_and_gives_whole_lines(home: Path, window: Open) -> None:
    opened = window(asked_for(home), term="dumb")
    opened.sees("Describe a task")
    opened.until(lambda: opened.rows()[-1] == ">" or ">" in written(opened))
    opened.send("make it\n")
    opened.sees("Choose 1 to 3:")
    time.sleep(0.5)  # an answer counts once the question could be read
    opened.send("y\n")
    opened.sees("All of it")
    opened.sees("Done after")
    assert (home / "work" / "made").exists()
    rows = written(opened)
    assert [row for row in WHOLE if rows.count(row) != 1] == []
    assert rows.count("> make it") == 1
    assert b"\x1b]0;" not in opened.output, "the title would be text"
    assert any(row.startswith("Command finished, exit code 3, ") for row in rows)
    opened.send("\x03")
    opened.sees("Press Ctrl+C again to quit.")
    opened.send("\x03")
    assert opened.ends() == 0
    opened.sees("To continue this session, run octavo resume ")
    assert set(bytes(opened.output)) & {*range(32), 127} <= {9, 10, 13}, bytes(opened.output)
    assert opened.is_restored()


def test_ctrl_d_leaves_a_terminal_that_gives_whole_lines(home: Path, window: Open) -> None:
    opened = window(octavo("--replay", tape(home, [says("x")])), term="dumb")
    opened.sees("Describe a task")
    opened.until(lambda: ">" in written(opened))
    opened.send("\x04")
    assert opened.ends() == 0
    assert opened.is_restored()


def test_with_keys_the_same_is_said_and_only_the_draft_is_ever_drawn_again(home: Path, window: Open) -> None:
    opened = window([*asked_for(home), "--plain"])
    opened.sees("Describe a task")
    opened.until(lambda: ">" in written(opened))
    opened.type("make itt")
    opened.send("\x7f")
    opened.until(lambda: "> make it" in written(opened))
    time.sleep(0.15)
    opened.type("\r")
    opened.sees("Choose 1 to 3:")
    time.sleep(0.5)
    opened.type("1")
    opened.sees("Choose 1 to 3: 1")  # both at once would be a paste
    opened.type("\r")
    opened.sees("Done after")
    rows = written(opened)
    assert [row for row in WHOLE if rows.count(row) != 1] == []
    output = bytes(opened.output)
    assert b"\x1b[?1049h" not in output
    assert b"\x1b[?25l" not in output
    assert not any(output[at - 1 :].startswith(b"\x1b[") and output[at + 1] == 65 for at in range(1, len(output) - 1))
    opened.send("\x04")
    assert opened.ends() == 0
    assert opened.is_restored()
    assert termios.tcgetattr(opened.slave)[3] & termios.ECHO
    assert opened.modes_are_off()


def test_a_key_that_is_typed_where_lines_come_whole_is_not_echoed(home: Path, window: Open) -> None:
    config = home / "home" / "config.toml"
    config.write_text(config.read_text().replace('model_provider = "none"', ""))
    opened = window(octavo(), term="dumb")
    opened.sees("2. Use an API key")
    time.sleep(0.5)
    opened.send("2\n")
    opened.sees("Your API key")
    opened.until(lambda: not termios.tcgetattr(opened.slave)[3] & termios.ECHO)
    opened.send("sk-secret\n")
    opened.until((home / "home" / "auth.json").exists)
    opened.until(lambda: ">" in written(opened))
    assert b"sk-secret" not in bytes(opened.output)
    opened.send("\x04")
    assert opened.ends() == 0
    assert opened.is_restored()
