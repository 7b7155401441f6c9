"""The examples of the page on permissions do what it says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import octavo

PAGE = (Path(octavo.__file__).parents[2] / "docs" / "permissions.md").read_text(encoding="utf-8")


def example(language: str) -> str:
    """The page's block in this language."""
    (block,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert isinstance(block, str)
    return block


def run(folder: Path, *words: str) -> str:
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "CODEX_HOME": str(folder)}
    argv = [sys.executable, "-m", "octavo", *words]
    return subprocess.run(argv, cwd=folder, env=environ, capture_output=True, text=True, check=True).stdout


def test_trying_a_file_prints_what_the_page_shows(tmp_path: Path) -> None:
    (tmp_path / "team.rules").write_text(example("starlark"))
    assert run(tmp_path, *shlex.split(example("sh"))[1:]) == example("json")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("git push", "prompt: git [push|fetch]: look at the branch first"),
        ("cd x && npm publish", "forbidden: npm publish: releases are made by the pipeline"),
        ("make test -j2", "allow: make test"),
        ("make install", "no rule"),
        ("make test; make install", "no rule"),
    ],
)
def test_the_rules_say_what_they_seem_to_say(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "default.rules").write_text(example("starlark"))
    assert run(tmp_path, "permissions", "check", line).startswith(said)


def test_a_rule_is_listed_and_removed(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "default.rules").write_text(example("starlark"))
    first, *others = run(tmp_path, "permissions", "list").splitlines()
    name, *cells = first.split("\t")
    assert cells == ["prompt", "everywhere", "git [push|fetch]", "look at the branch first"]
    assert run(tmp_path, "permissions", "remove", name) == "Removed: git [push|fetch] (prompt, everywhere)\n"
    assert run(tmp_path, "permissions", "list").splitlines() == others
