"""Where programs that Octavo runs itself may come from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from octavo.files import programs
from octavo.files.programs import commands_may_write, find_program, outside_path, project_around


def planted(folder: Path, name: str = "tool") -> Path:
    program = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return program


def test_the_first_program_from_elsewhere_is_taken(tmp_path: Path) -> None:
    inside, outside = planted(tmp_path / "w" / "bin"), planted(tmp_path / "tools")
    path = f"{inside.parent}:{tmp_path}/nowhere:{outside.parent}"
    assert find_program("tool", path) == str(inside)
    assert find_program("tool", path, str(tmp_path / "w")) == str(outside)
    assert find_program("tool", str(inside.parent), str(tmp_path / "w")) is None


def test_a_root_that_was_known_once_counts_in_every_folder(tmp_path: Path) -> None:
    inside = planted(tmp_path / "w" / "bin")
    commands_may_write([str(tmp_path / "w")])
    for folder in ((), (str(tmp_path / "w" / "sub"),), (str(tmp_path / "other"),)):
        assert find_program("tool", str(inside.parent), *folder) is None


def test_the_whole_project_counts_even_if_a_folder_of_it_looks_like_one(tmp_path: Path) -> None:
    inside = planted(tmp_path / "w" / "bin")
    for repository in (tmp_path / "w", tmp_path / "w" / "sub"):
        (repository / ".git").mkdir(parents=True)
    assert project_around(str(tmp_path / "w" / "sub" / "deep")) == str(tmp_path / "w")
    assert find_program("tool", str(inside.parent), str(tmp_path / "w" / "sub" / "deep")) is None


def test_a_home_that_is_a_repository_is_not_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = planted(tmp_path / "bin")
    (tmp_path / ".git").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_program("tool", str(mine.parent), str(tmp_path / "w")) == str(mine)
    assert find_program("tool", str(mine.parent), str(tmp_path)) is None


def test_links_do_not_hide_where_a_program_is(tmp_path: Path) -> None:
    inside, tools = planted(tmp_path / "w" / "bin"), tmp_path / "tools"
    tools.mkdir()
    (tools / "tool").symlink_to(inside)
    (tmp_path / "to-bin").symlink_to(inside.parent)
    (tmp_path / "to-w").symlink_to(tmp_path / "w")
    (tmp_path / "w" / "out").symlink_to(planted(tmp_path / "good").parent)
    path = f"{tools}:{tmp_path}/to-bin:{tmp_path}/w/out"
    assert find_program("tool", path, str(tmp_path / "to-w")) is None


def test_relative_and_empty_folders_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted(tmp_path / "bin")
    planted(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert find_program("tool", "bin::.:") is None
    assert outside_path("bin::.:/:") == "/"


def test_temporary_folders_that_commands_may_write_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_open", set())
    commands_may_write([os.path.dirname(tmp_path)])
    assert find_program("tool", str(planted(tmp_path / "bin").parent), "/") is None


def test_where_everything_may_be_written_programs_are_found_all_the_same(tmp_path: Path) -> None:
    commands_may_write(["/"])
    assert find_program("tool", str(planted(tmp_path).parent), "/") == str(tmp_path / "tool")


def test_a_folder_that_cannot_exist_spoils_nothing(tmp_path: Path) -> None:
    inside, outside = planted(tmp_path / "w" / "bin"), planted(tmp_path / "tools")
    commands_may_write(["/no\0folder", str(tmp_path / "w")])
    assert find_program("tool", f"{inside.parent}:{outside.parent}", "/nor\0this") == str(outside)
