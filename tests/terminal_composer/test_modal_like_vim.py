"""The same keys on the same text do what they do in vim."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from vi_keys import Vi, motion, on_object, operation, selecting, some_place, some_text, verb

from octavo.frontends.terminal.composer.draft import Draft

pytestmark = pytest.mark.skipif(shutil.which("vim") is None, reason="vim is not installed")

_SCRIPT = r"""
set nocompatible encoding=utf-8 shiftwidth=4 expandtab
set noautoindent nojoinspaces ignorecase smartcase backspace=indent,eol,start
let s:out = []
for s:case in json_decode(join(readfile($CASES), ''))
  enew!
  call feedkeys("iq\<Esc>", 'tx')
  setlocal undolevels=-1
  call setline(1, s:case.lines)
  setlocal undolevels=1000
  call setcharsearch({'char': ''})
  call setreg('"', '')
  call cursor(s:case.cursor)
  for s:keys in s:case.keys
    silent! call feedkeys(s:keys, 'tx')
  endfor
  call add(s:out, [getline(1, '$'), [line('.'), col('.')], getreg('"')])
endfor
call writefile([json_encode(s:out)], $RESULT)
qall!
"""

Case = tuple[str, int, list[str]]
"""A text, the cursor in it, and the keys."""


def in_vim(cases: list[Case], folder: Path) -> list[Any]:
    """Lines, line and byte of the cursor, and the unnamed register for each."""
    (folder / "script.vim").write_text(_SCRIPT)
    told = [{"lines": text.split("\n"), "cursor": _cursor(text, at), "keys": keys} for text, at, keys in cases]
    (folder / "cases").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    environ = os.environ | {"CASES": str(folder / "cases"), "RESULT": str(folder / "result"), "TERM": "dumb"}
    command = ["vim", "-u", "NONE", "-i", "NONE", "-N", "-n", "-es", "-S", str(folder / "script.vim")]
    subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, timeout=100, check=False)
    results: list[Any] = json.loads((folder / "result").read_text(encoding="utf-8"))
    return results


def here(case: Case) -> list[Any]:
    text, cursor, keys = case
    vi = Vi().keys("iq\x1b")  # what `.` repeats, as long as nothing else was done
    vi.editor.reset()
    vi.editor.draft = Draft(text, cursor)
    for part in keys:
        vi.keys(part)
    if vi.modal.pending:
        vi.keys("\x1b")
    if vi.modal.mode != "normal":
        vi.keys("\x1b")
    return [vi.text.split("\n"), _cursor(vi.text, vi.editor.draft.cursor), vi.editor.killed.text]


def _cursor(text: str, index: int) -> list[int]:
    _, _, left = text[:index].rpartition("\n")
    return [text[:index].count("\n") + 1, len(left.encode()) + 1]


def differences(cases: list[Case], folder: Path) -> list[str]:
    wanted = in_vim(cases, folder)
    pairs = ((case, want, here(case)) for case, want in zip(cases, wanted, strict=True))
    return [f"{case}\n  vim  {want}\n  here {found}" for case, want, found in pairs if want != found]


@pytest.mark.parametrize("keys", [motion, operation, verb, selecting])
def test_a_command_does_what_it_does_in_vim(keys: Callable[[random.Random], str | list[str]], tmp_path: Path) -> None:
    chance, cases = random.Random(f"one {keys.__name__}"), []
    for _ in range(700):
        text, pressed = some_text(chance), keys(chance)
        cases.append((text, some_place(chance, text), [pressed] if isinstance(pressed, str) else pressed))
    assert differences(cases, tmp_path) == []


def test_text_objects_are_those_of_vim(tmp_path: Path) -> None:
    chance, cases = random.Random("objects"), []
    for _ in range(700):
        text = "\n".join(row.strip() or "x" for row in some_text(chance).split("\n"))
        cases.append((text, some_place(chance, text), [on_object(chance)]))
    assert differences(cases, tmp_path) == []


def test_brackets_searches_and_repetitions_are_those_of_vim(tmp_path: Path) -> None:
    chance, cases = random.Random("others"), []
    commands = (
        ["%"], ["d%"], ["y%"], ["/fo\r"], ["/x\r", "n", "N"], ["?a\r", "n"], ["d/b\r"], ["/日\r", "2n"], ["x", "."],
        ["dw", "."], ["ciwQ\x1b", "w", "."], ["Aq\x1b", "j", "."], ["3x", "."], ["dd", "."], ["2dd", "u", "gg0"],
        ["oZ\x1b", "2."], ["J", "."], ["2Az\x1b", "3."], [">>", "."], ["Vj>", "."], ["vU", "l", "."], ["R\x1b"],
        ["RNM\x1b", "j0."], ["Ia\x1b", "j."], ["yyp", "."], ["rZ", "l", "."], ["ddp"], ["xp"], ["yiwP"],
        ["ia\x1b", "u", "gg0"],
        ["d$", "u", "\x12", "gg0"], ["ofoo\rbar\x1b"], ["iab\x08c\x1b"], ["A \r \x1b"], ["r\r"], ["V", "y", "p"],
    )  # fmt: skip
    for number in range(1000):
        text = some_text(chance).replace('"', "") or "x"
        text = "\n".join(row.strip() or "x" for row in text.split("\n"))
        cases.append((text, some_place(chance, text), list(commands[number % len(commands)])))
    assert differences(cases, tmp_path) == []


def test_commands_after_each_other_leave_what_vim_leaves(tmp_path: Path) -> None:
    chance, cases = random.Random("many"), []
    for _ in range(500):
        text = some_text(chance)
        keys = [chance.choice([motion, operation, verb])(chance) for _ in range(4)]
        cases.append((text, some_place(chance, text), keys))
    wanted = in_vim(cases, tmp_path)
    found = [here(case) for case in cases]
    assert [(case, want[:2]) for case, want in zip(cases, wanted, strict=True)] == [
        (case, have[:2]) for case, have in zip(cases, found, strict=True)
    ]
