"""What the architecture page names is there: rooms, files, and the functions of the two tables of hops."""

from __future__ import annotations

import re
from pathlib import Path

import octavo

ROOT = Path(octavo.__file__).parent
PAGE = (ROOT.parent.parent / "docs" / "architecture.md").read_text(encoding="utf-8")


def named(pattern: str, text: str = PAGE) -> list[str]:
    """Everything in back-ticks that has this form."""
    return [name for name in re.findall(r"`([^`\n]+)`", text) if re.fullmatch(pattern, name)]


def test_every_file_that_is_named_is_there() -> None:
    names = named(r"[a-z_/]+\.py")
    assert len(names) > 5
    assert [name for name in names if not list(ROOT.glob(f"**/{name}"))] == []


def test_every_room_has_a_row_and_every_row_a_room() -> None:
    rows = set(re.findall(r"^\| `([a-z]+)/` \|", PAGE, re.MULTILINE))
    assert rows == {folder.name for folder in ROOT.iterdir() if folder.is_dir() and not folder.name.startswith("__")}


def test_every_hop_is_a_function_of_the_code() -> None:
    tables = "\n".join(re.findall(r"^\| (?:‖ |back )?\d+ \|.*", PAGE, re.MULTILINE))
    code = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py"))
    hops = {name.rpartition(".")[2] for name in named(r"[A-Za-z_/.]+", tables) if not name.endswith((".py", ".env"))}
    assert len(hops) > 50
    found = re.findall(r"(?:def|class) (\w+)|^(\w+) = ", code, re.MULTILINE)
    known = {name for pair in found for name in pair} | {"execve"}
    assert sorted(hops - known) == []
