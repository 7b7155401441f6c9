"""A theme, a width of prose and a status line in a real terminal, from the first frame to a kill."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal_window import Window, make_home, octavo, says, tape

LOOKS = 'theme = "high-contrast-dark"\nprose_width = 30\nstatus_line = ["model", "project-name"]\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_home(tmp_path)
    script = tmp_path / "line"
    script.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\necho begun\nexec sleep 1000\n")
    script.chmod(0o755)
    with (tmp_path / "home" / "config.toml").open("a") as config:
        config.write(f"{LOOKS}status_line_command = ['{script}']\n")
    return tmp_path


@pytest.fixture
def window(home: Path) -> Iterator[Window]:
    opened = Window(home, octavo("--replay", tape(home, [says("word " * 20)])))
    yield opened
    opened.close()


def test_the_looks_hold_from_the_first_frame_and_a_slow_command_ends_with_a_kill(home: Path, window: Window) -> None:
    window.sees("  gpt-5-codex · work · ? for shortcuts")
    assert not any("context left" in row for row in window.rows())
    window.until(lambda: (home / "pid").exists() and (home / "pid").read_text().strip() != "")
    window.ask("hello")  # while the command sleeps
    window.sees("• word word")
    assert all(len(row) <= 30 for row in window.rows() if "word word" in row)
    assert b"\x1b[38;5;231m" in window.output  # white by the theme
    window.process.kill()
    window.ends()
    process = Path("/proc") / (home / "pid").read_text().strip()
    window.until(lambda: not process.exists() or " Z " in (process / "stat").read_text())
