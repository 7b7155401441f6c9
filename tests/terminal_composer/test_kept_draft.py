"""A draft that outlives the program: what is kept, when, and for whom."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from typist import Typist

from octavo.frontends.terminal import kept_draft
from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.kept_draft import DraftFile, DraftKeeper


@pytest.fixture
def file(tmp_path: Path) -> DraftFile:
    return DraftFile(str(tmp_path / "home"), str(tmp_path))


def test_pastes_and_pictures_come_back_with_the_text(file: DraftFile) -> None:
    typist = Typist().type("see ").paste("/ws/shot.png").paste("p" * 1200).type("é 日")
    file.save(typist.composer.unsent())
    assert file.load() == typist.draft


def test_what_waits_is_kept_before_the_draft(file: DraftFile) -> None:
    typist = Typist(bursts=False)
    typist.composer.busy = True
    typist.type("one").keys("enter").type("two").keys("enter").type("draft")
    file.save(typist.composer.unsent())
    kept = file.load()
    assert kept is not None
    assert kept.text == "one\ntwo\ndraft"


def test_it_belongs_to_its_owner_and_its_folder_alone(file: DraftFile, tmp_path: Path) -> None:
    file.save(Draft("secret", 0))
    assert Path(file.path).stat().st_mode & 0o777 == 0o600
    assert Path(file.path).parent.stat().st_mode & 0o777 == 0o700
    assert DraftFile(str(tmp_path / "home"), "/elsewhere").load() is None


def test_nothing_unsent_is_no_file(file: DraftFile) -> None:
    file.save(Draft())
    file.save(Draft("text", 4))
    file.save(Draft())
    assert not Path(file.path).exists()
    assert file.load() is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"text":1}', '{"text":"ab","cursor":9}',
    '{"text":"ab","labels":[{"start":0,"text":"[x]","content":"y"}]}'])  # fmt: skip
def test_a_file_that_makes_no_sense_is_none(file: DraftFile, text: str) -> None:
    Path(file.path).parent.mkdir(parents=True)
    Path(file.path).write_text(text)
    assert file.load() is None


def test_a_folder_that_cannot_be_written_costs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("no folder")
    DraftFile(str(tmp_path / "home"), "/ws").save(Draft("text", 0))


class Counted(DraftFile):
    """Counts what is written."""

    def __init__(self) -> None:
        self.saved: list[str] = []

    def save(self, draft: Draft) -> None:
        self.saved.append(draft.text)


async def test_many_keys_are_one_write_and_no_change_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_draft, "PAUSE_S", 0.0)
    typist, file = Typist(), Counted()
    keeper = DraftKeeper(file, typist.composer.unsent)
    for letter in "word":
        typist.type(letter)
        keeper.changed()
    while not file.saved:
        await asyncio.sleep(0)
    typist.keys("left")
    keeper.changed()
    await asyncio.sleep(0.01)
    assert file.saved == ["word"], "where the cursor stands is no change"
    await keeper.close()
    assert file.saved == ["word"]


async def test_the_end_keeps_what_was_typed_last() -> None:
    typist, file = Typist(), Counted()
    keeper = DraftKeeper(file, typist.composer.unsent)
    typist.type("last words")
    keeper.changed()
    await keeper.close()
    assert file.saved == ["last words"]


async def test_what_was_kept_before_stays_until_it_is_brought_back() -> None:
    before = Draft("of before", 0)
    typist, file = Typist(), Counted()
    keeper = DraftKeeper(file, typist.composer.unsent, before)
    keeper.changed()
    await keeper.close()
    assert file.saved == []
    keeper = DraftKeeper(file, typist.composer.unsent, before)
    typist.composer.editor.set(before)
    keeper.changed()
    typist.keys("ctrl-c")
    await keeper.close()
    assert file.saved == [""]


def test_two_terminals_in_one_folder_keep_a_draft_each(tmp_path: Path) -> None:
    other_terminal = """
import sys
from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.kept_draft import DraftFile
file = DraftFile(sys.argv[1], "/ws")
assert file.load() is None
file.save(Draft("theirs", 0))
print("kept", flush=True)
sys.stdin.read()
"""
    mine = DraftFile(str(tmp_path), "/ws")
    command = [sys.executable, "-c", other_terminal, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"kept\n"
        assert mine.load() is None  # it is theirs as long as they run
        mine.save(Draft("mine", 0))
        mine.save(Draft())
        other.kill()
    left = DraftFile(str(tmp_path), "/ws").load()
    assert left is not None
    assert left.text == "theirs"
