"""Lines of any length, in files of any size, in bounded memory."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from octavo.rollout import file_lines as module
from octavo.rollout.file_lines import file_lines


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK", 16)
    monkeypatch.setattr(module, "_LONG", 64)


def read(path: Path, start: int = 0, end: int | None = None) -> list[tuple[int, bytes]]:
    return list(file_lines(str(path), start, path.stat().st_size if end is None else end))


@pytest.mark.parametrize("seed", range(40))
def test_lines_come_whole_and_tell_where_the_next_one_begins(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    lines = [bytes([97 + number % 26]) * chance.choice([0, 1, 15, 16, 17, 31, 90]) for number in range(30)]
    data = b"\n".join(lines) + chance.choice([b"", b"\n"])
    path = tmp_path / "file"
    path.write_bytes(data)
    found = read(path)
    assert [line for _, line in found] == [line for line in lines if line]
    for place, (end, _) in enumerate(found):
        assert [line for _, line in read(path, end)] == [line for _, line in found[place + 1 :]]


def test_what_is_added_meanwhile_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one\ntwo\nthree\n")
    assert [line for _, line in read(path, end=8)] == [b"one", b"two"]


def test_a_mark_of_the_byte_order_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"\xef\xbb\xbfone\n\xef\xbb\xbftwo\n")
    assert [line for _, line in read(path)] == [b"one", b"\xef\xbb\xbftwo"]


def test_a_very_long_line_that_nobody_wants_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a\n" + b"no" * 500 + b"\n" + b"yes" * 500 + b"\nb\n" + b"no" * 500)
    asked: list[bytes] = []

    def wanted(beginning: bytes) -> bool:
        asked.append(beginning)
        return beginning.startswith(b"yes")

    found = [line for _, line in file_lines(str(path), 0, path.stat().st_size, wanted)]
    assert found == [b"a", b"yes" * 500, b"b"]
    assert len(asked) == 3
    assert all(64 <= len(beginning) < 96 for beginning in asked)
