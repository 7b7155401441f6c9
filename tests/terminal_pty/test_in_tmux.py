"""What comes through a real tmux to the terminal around it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal_window import READY, Window, make_home, octavo, says, tape


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Window]:
    """A window with tmux in it, and Octavo in that."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    make_home(tmp_path)
    (tmp_path / "tmux.conf").write_text("set -g allow-passthrough on\nset -g focus-events on\nset -g status off\n")
    tmux = ["tmux", "-S", str(tmp_path / "socket"), "-f", str(tmp_path / "tmux.conf")]
    command = ["new-session", *octavo("--replay", tape(tmp_path, [says("Good day")]))]
    opened = Window(tmp_path, [*tmux, *command])
    yield opened
    subprocess.run([*tmux, "kill-server"], check=False, capture_output=True)
    opened.close()


def test_a_notification_passes_tmux_and_the_pane_has_a_title(tmp_path: Path, window: Window) -> None:
    title = ["tmux", "-S", str(tmp_path / "socket"), "display-message", "-p", "#{pane_title}"]

    def pane_title() -> str:
        return subprocess.run(title, check=True, capture_output=True, text=True).stdout.strip()

    window.sees(READY)
    window.until(lambda: pane_title() == "octavo | Ready")
    window.send("\x1b[O")
    window.ask("hello")
    window.sees("• Good day")
    window.until(lambda: b"\x1b]9;Good day\x07" in window.output)
    window.until(lambda: window.output.count(b"\x07") > window.output.count(b"\x1b]"))
