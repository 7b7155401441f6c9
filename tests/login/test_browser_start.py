"""The browser is not found where commands of the model may write, nor is what starts it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from octavo.cli import browser

NAMES = ("xdg-settings", "xdg-open", "firefox", "www-browser", "mine")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with traps for whoever looks for a browser; `mine` also stands elsewhere, and works."""
    folder = tmp_path / "w"
    trap = f"#!/bin/sh\ntouch {tmp_path}/trapped\n"
    for name in NAMES:
        program(folder / "bin" / name, trap)
    (folder / "webbrowser.py").write_text(f"open({str(tmp_path / 'trapped')!r}, 'w')\n")
    program(tmp_path / "tools" / "mine", f'#!/bin/sh\nprintf %s "$1" > {tmp_path}/shown\n')
    os.mkfifo(tmp_path / "shown")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", f"{folder}/bin:{tmp_path}/tools:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":99")
    return folder


def program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def test_a_planted_browser_is_not_started(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER", "mine %s")
    assert browser.has_browser()
    assert browser.open_browser("http://localhost/x")
    assert (project.parent / "shown").read_text() == "http://localhost/x"
    assert not (project.parent / "trapped").exists()


def test_looking_for_a_browser_starts_no_planted_program(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BROWSER", raising=False)
    browser.has_browser()
    assert not (project.parent / "trapped").exists()
