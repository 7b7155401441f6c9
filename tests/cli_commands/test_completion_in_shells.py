"""Completion scripts in the shells that they are for, as far as those are installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from octavo_program import Home


@pytest.mark.skipif(shutil.which("fish") is None, reason="no fish on this machine")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("octavo ses", {"sessions"}),
        ("octavo mcp re", {"remove"}),
        ("octavo sessions export --format ", {"html", "json", "markdown", "text"}),
        ("octavo completion z", {"zsh"}),
    ],
)
def test_fish_completes(home: Home, tmp_path: Path, line: str, offered: set[str]) -> None:
    script = tmp_path / "octavo.fish"
    script.write_text(home.octavo("completion", "fish").out)
    words = ["fish", "--no-config", "-c", f'source {script}; complete -C "{line}"']
    done = subprocess.run(words, env=home.environ, capture_output=True, text=True, check=True)
    assert {word.split("\t")[0] for word in done.stdout.splitlines()} == offered


@pytest.mark.skipif(shutil.which("zsh") is None, reason="no zsh on this machine")
def test_zsh_accepts_its_script(home: Home, tmp_path: Path) -> None:
    script = tmp_path / "_octavo"
    script.write_text(home.octavo("completion", "zsh").out)
    words = ["zsh", "-f", "-c", f"autoload -Uz compinit; compinit -u -D; source {script}; whence -w _octavo"]
    done = subprocess.run(words, env=home.environ, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("_octavo: function\n", "")
