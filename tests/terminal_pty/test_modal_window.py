"""Vi's modes and bound keys in a real terminal; the cursor's shape is given back on every way out."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from terminal_window import READY, Window, make_home, octavo, says, tape


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Callable[[], Window]]:
    make_home(tmp_path)
    config = tmp_path / "home" / "config.toml"
    config.write_text(config.read_text() + "vim_mode_default = true\n")
    opened: list[Window] = []

    def open_() -> Window:
        opened.append(Window(tmp_path, octavo("--replay", tape(tmp_path, [says("Good day")]))))
        opened[-1].sees(READY)
        return opened[-1]

    yield open_
    for one in opened:
        one.close()


def shapes(window: Window) -> list[str]:
    with window.lock:
        return re.findall(r"\x1b\[(\d) q", window.output.decode(errors="replace"))


def test_a_message_is_written_changed_and_sent_by_vi_keys(window: Callable[[], Window]) -> None:
    opened = window()
    opened.type("helo wrld")
    opened.draft_is("helo wrld")
    opened.send("\x1b0ccgood morning")  # as a slow line brings it: all at once
    opened.send("\x1b")
    opened.draft_is("good morning")
    opened.sees("normal ·")
    opened.send("\r")
    opened.sees("• Good day")
    opened.sees("insert ·")
    assert shapes(opened)[:3] == ["6", "2", "6"]
    opened.send("\x04")
    assert opened.ends() == 0
    assert shapes(opened)[-1] == "0"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_restores_the_cursor_too(window: Callable[[], Window], number: signal.Signals) -> None:
    opened = window()
    opened.send("\x1b")
    opened.sees("normal ·")
    opened.process.send_signal(number)
    opened.ends()
    assert shapes(opened)[-1] == "0"


def test_keys_are_bound_by_the_configuration_and_a_conflict_is_named(tmp_path: Path) -> None:
    make_home(tmp_path)
    config = tmp_path / "home" / "config.toml"
    bound = '[tui.keymap.composer]\nsubmit = "f5"\n[tui.keymap.global]\nopen_transcript = "ctrl-g"\n'
    config.write_text(config.read_text() + bound)
    window = Window(tmp_path, octavo("--replay", tape(tmp_path, [says("Good day")])))
    try:
        window.sees(READY)
        window.sees("ctrl + g is bound to global.open_transcript and to")
        window.type("good")
        window.send("\r")
        window.type("morning")
        window.sees("  morning")
        window.send("\x1b[15~")
        window.sees("• Good day")
        window.type("/keymap")
        window.sees("/keymap")
        window.send("\r")
        window.sees("K E Y M A P")
        window.sees("submit                   f5 (changed)")
        window.send("q")
        window.sees(READY)
        window.send("\x04")
        assert window.ends() == 0
    finally:
        window.close()
