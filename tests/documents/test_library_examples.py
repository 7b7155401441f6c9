"""The Python of the pages runs as it stands there, and every public name is shown in an example."""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from example_model import example_model, make_home

import octavo

ROOT = Path(__file__).parents[2]
PAGES = [
    path
    for path in (ROOT / "README.md", ROOT / "docs" / "library.md", *sorted(ROOT.glob("docs/guides/*.md")))
    if "```python\n" in path.read_text(encoding="utf-8")
]
_BLOCK = re.compile(r"(?:<!-- model: (.*?) -->\n)?```python\n(.*?)```", re.DOTALL)


def blocks(page: Path) -> list[tuple[list[Any], str]]:
    """What the model says to each example, and the example."""
    text = page.read_text(encoding="utf-8")
    return [(json.loads(found[1] or "[]"), found[2]) for found in _BLOCK.finditer(text)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_examples_of_a_page_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.py").write_text("print('hello')\n")
    (project / "README.md").write_text("# A project\n")
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    monkeypatch.chdir(project)
    with example_model() as model:
        monkeypatch.setenv("CODEX_HOME", str(make_home(tmp_path / "home", model.url)))
        for answers, example in blocks(page):
            model.say(*answers)
            run(example, page)
            assert not model.answers, f"the example asked less often than it was to:\n{example}"


def run(example: str, page: Path) -> None:
    """As a notebook would: what waits, waits."""
    code = compile(example, str(page), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    names: dict[str, Any] = {"__name__": "example"}
    waits = eval(code, names)
    if inspect.iscoroutine(waits):
        asyncio.run(waits)


def test_every_public_name_is_used_in_an_example() -> None:
    shown = "\n".join(example for page in PAGES for _, example in blocks(page))
    missing = [name for name in vars(octavo)["__all__"] if not re.search(rf"\b{name}\b", shown)]
    assert missing == ["__version__"]


def test_every_public_name_says_what_it_is() -> None:
    named = {name: getattr(octavo, name) for name in vars(octavo)["__all__"] if name != "__version__"}
    plain = {"ApprovalDecision", "ApprovalRequest", "StreamEvent"}  # unions, described where they stand
    assert [name for name, value in named.items() if name not in plain and not inspect.getdoc(value)] == []


@pytest.mark.parametrize("example", sorted(ROOT.glob("examples/*.py")), ids=lambda path: path.name)
def test_an_example_program_runs(example: Path, tmp_path: Path) -> None:
    answers = json.loads((ROOT / "examples" / "answers.json").read_text())
    with example_model() as model:
        model.say(*answers[example.name])
        home = make_home(tmp_path / "home", model.url)
        project = tmp_path / "project"
        project.mkdir()
        subprocess.run(["git", "init", "-q"], cwd=project, check=True)
        (project / "a.py").write_text("print('hello')\n")
        environ = {"PATH": "/usr/bin:/bin", "HOME": str(home), "CODEX_HOME": str(home), "LANG": "C.UTF-8"}
        done = subprocess.run(
            [sys.executable, str(example)],
            cwd=project,
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert not model.answers
    assert done.stdout
