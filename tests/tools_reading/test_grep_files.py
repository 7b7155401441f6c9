from __future__ import annotations

import json
import os
import pathlib
import sys
import sysconfig
from typing import Any

import pytest

from octavo.tools.errors import RespondToModel
from octavo.tools.reading import grep_files


@pytest.fixture
def tree(tmp_path: pathlib.Path) -> pathlib.Path:
    texts = {"a.txt": "needle one", "b.py": "needle two", "sub/c.py": "needle", "sub/d.rs": "hay"}
    for age, (name, text) in enumerate(texts.items()):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        os.utime(path, (1e9 + age, 1e9 + age))
    return tmp_path


async def _grep(tree: pathlib.Path, pattern: str, **more: Any) -> list[str]:
    text = await grep_files.run(json.dumps({"pattern": pattern, **more}), str(tree))
    return [path.removeprefix(f"{tree}/") for path in text.split("\n")]


async def _error(tree: pathlib.Path, pattern: str, **more: Any) -> str:
    with pytest.raises(RespondToModel) as caught:
        await _grep(tree, pattern, **more)
    return str(caught.value)


async def test_the_latest_change_comes_first(tree: pathlib.Path) -> None:
    assert await _grep(tree, " needle ") == ["sub/c.py", "b.py", "a.txt"]


async def test_a_glob_a_path_and_a_limit_narrow_the_search(tree: pathlib.Path) -> None:
    assert await _grep(tree, "needle", include=" *.py ") == ["sub/c.py", "b.py"]
    assert await _grep(tree, "needle", include=" ", limit=1) == ["sub/c.py"]
    assert await _grep(tree, "needle", path="sub") == ["sub/c.py"]
    assert await _grep(tree, "needle", path=str(tree / "a.txt")) == ["a.txt"]
    assert await _grep(tree, "needle", path="", include=None) == ["sub/c.py", "b.py", "a.txt"]


async def test_words_that_look_like_options_are_patterns(tree: pathlib.Path) -> None:
    assert await _grep(tree, "--files") == [grep_files.NOTHING_FOUND]
    assert await _grep(tree, "-x", include="-x") == ["No matches found."]


async def test_a_name_that_is_no_text_is_left_out(tree: pathlib.Path) -> None:
    pathlib.Path(os.fsdecode(os.fsencode(tree) + b"/bad\xff")).write_text("needle")
    assert await _grep(tree, "needle", limit=9) == ["sub/c.py", "b.py", "a.txt"]


async def test_a_bad_request_is_answered_in_one_line(tree: pathlib.Path) -> None:
    assert await _error(tree, "  ") == "pattern must not be empty"
    assert await _error(tree, "x", limit=0) == "limit must be greater than zero"
    missing = f"unable to access `{tree}/no`: No such file or directory (os error 2)"
    assert await _error(tree, "x", path="no") == missing
    assert (await _error(tree, "x", path="a\0b")).startswith("unable to access `")
    assert (await _error(tree, "a\0b")).startswith("failed to launch rg: ")
    assert (await _error(tree, "x", limit=-1)).startswith("failed to parse function arguments: ")


async def test_ripgrep_says_itself_what_is_wrong_with_a_pattern(tree: pathlib.Path) -> None:
    text = await _error(tree, "(")
    assert text.startswith("rg failed: ")
    assert "unclosed group" in text


async def test_a_missing_ripgrep_is_said_to_be_missing(tree: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tree))
    monkeypatch.setattr(sys, "prefix", str(tree))
    with pytest.raises(RespondToModel, match=r"failed to launch rg: No such file or directory \(os error 2\)\. "):
        await grep_files.run('{"pattern":"x"}', str(tree), {"PATH": f".:sub:{tree}/no"})


async def test_ripgrep_gets_no_secrets(tree: pathlib.Path) -> None:
    programs = tree / "bin"
    programs.mkdir()
    (programs / "rg").write_text("#!/bin/sh\nenv\n")
    (programs / "rg").chmod(0o755)
    environ = {"PATH": f"{programs}:{os.environ['PATH']}", "OPENAI_API_KEY": "sk-1", "HOME": "/h"}
    (tree / "work").mkdir()
    seen = await grep_files.run('{"pattern":"x"}', str(tree / "work"), environ)
    assert "HOME=/h" in seen
    assert "sk-1" not in seen
