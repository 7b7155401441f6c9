"""Searches behind the file popup."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from story import make_config

from octavo.frontends.terminal.composer.completion import FileMatch
from octavo.frontends.terminal.file_search import FileSearches
from octavo.sandbox.unreadable import closed_in_searches


class Answers:
    """What was found, as it comes."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[tuple[str, list[str]]] = asyncio.Queue()

    def __call__(self, query: str, found: Sequence[FileMatch], word: str = "") -> None:
        names = [f"{file.path} (ignored)" if file.ignored else file.path for file in found]
        self.queue.put_nowait((query, [*names, word] if word else names))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("alpha.txt", "beta.txt", ".hidden/alpine.md", ".git/alps"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    return tmp_path


async def test_only_the_last_question_is_answered(folder: Path) -> None:
    answers = Answers()
    searches = FileSearches(str(folder), os.environ, answers)
    for query in ("a", "al", "alp"):
        searches.search(query)
    assert await answers.queue.get() == ("alp", ["alpha.txt", ".hidden/alpine.md"])
    searches.search("bet")
    assert await answers.queue.get() == ("bet", ["beta.txt"])
    searches.search("")
    searches.search("bet")
    assert await answers.queue.get() == ("bet", ["beta.txt"])
    await searches.close()
    assert answers.queue.empty()


async def test_what_may_not_be_read_is_not_offered(folder: Path) -> None:
    config = make_config(folder, deny_read=[".hidden/"])
    answers = Answers()
    searches = FileSearches(str(folder), os.environ, answers, closed_in_searches(config))
    searches.search("alp")
    assert await answers.queue.get() == ("alp", ["alpha.txt"])
    await searches.close()


async def test_a_question_while_a_search_runs_is_answered_next(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("octavo.frontends.terminal.file_search.PAUSE", 0)
    answers = Answers()
    searches = FileSearches(str(folder), os.environ, answers)
    searches.search("alp")
    while not searches._running:
        await asyncio.sleep(0)
    searches.search("beta")
    assert await answers.queue.get() == ("beta", ["beta.txt"])
    await searches.close()


async def test_closing_ends_what_runs(folder: Path) -> None:
    answers = Answers()
    searches = FileSearches(str(folder), os.environ, answers)
    searches.search("alp")
    await searches.close()
    assert answers.queue.empty()
    await searches.close()


@pytest.mark.parametrize("repository", [True, False])
async def test_ignore_files_above_the_project_do_not_count(tmp_path: Path, repository: bool) -> None:
    (tmp_path / ".gitignore").write_text("*\n")
    project = tmp_path / "project"
    (project / "sub").mkdir(parents=True)
    (project / "sub" / "wanted.txt").write_text("")
    (project / "sub" / "secret.txt").write_text("")
    (project / ".gitignore").write_text("secret.txt\n")
    if repository:
        (project / ".git").mkdir()
    answers = Answers()
    searches = FileSearches(str(project / "sub" if repository else project), os.environ, answers)
    searches.search("txt")
    found = (await answers.queue.get())[1]
    assert [os.path.basename(path) for path in found] == ["wanted.txt"]
    await searches.close()


async def test_ignored_files_come_behind_the_others_once_there_are_three_letters(folder: Path) -> None:
    (folder / ".gitignore").write_text("beta.txt\nalpha.txt\n")
    (folder / ".git" / "beta.txt").write_text("")
    config = make_config(folder, deny_read=["alpha.txt"])
    answers = Answers()
    searches = FileSearches(str(folder), os.environ, answers, closed_in_searches(config))
    for query, found in (
        ("al", [[".hidden/alpine.md"]]),
        ("bet", [[], ["beta.txt (ignored)"]]),
        ("alp", [[".hidden/alpine.md"]]),
    ):
        searches.search(query)
        for paths in found:
            assert await answers.queue.get() == (query, paths)
    await searches.close()
    assert answers.queue.empty()


async def test_of_many_matches_ignored_files_are_offered_that_fit_better_than_the_last(tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / f"l-o-c-a-l{number}").write_text("")
    (tmp_path / "local.txt").write_text("")
    (tmp_path / "l+o+c+a+l.txt").write_text("")
    (tmp_path / ".ignore").write_text("*.txt\n")
    answers = Answers()
    searches = FileSearches(str(tmp_path), os.environ, answers)
    searches.search("local")
    first = [*(f"l-o-c-a-l{number}" for number in (0, 1, 10, 11, 2, 3, 4, 5)), "more match, type on"]
    assert await answers.queue.get() == ("local", first)
    assert await answers.queue.get() == ("local", [*first[:-1], "local.txt (ignored)", first[-1]])
    await searches.close()


async def test_what_is_found_while_the_folder_is_still_read_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = threading.Event()

    def pieces(*_: object, **__: object) -> Iterator[bytes]:
        yield b"alpha.txt\0"
        goes_on.wait(10)
        yield b"sub/alpha.md\0"

    monkeypatch.setattr("octavo.search.fuzzy.list_files", pieces)
    monkeypatch.setattr("octavo.frontends.terminal.file_search.SO_FAR", 0.02)
    answers = Answers()
    searches = FileSearches(str(folder), os.environ, answers)
    searches.search("al")
    while (answer := (await answers.queue.get())[1]) != ["alpha.txt", "still reading the folder…"]:
        assert answer == ["still reading the folder…"]
    goes_on.set()
    while (answer := (await answers.queue.get())[1])[-1] == "still reading the folder…":
        pass
    assert answer == ["alpha.txt", "sub/alpha.md"]
    await searches.close()
