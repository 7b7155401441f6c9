"""Files that commands could have put there are opened without waiting, and only if they are plain files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from octavo.files.plain_file import NotPlain, open_plain, open_regular


def test_a_file_is_read_through_links(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("text")
    (tmp_path / "link").symlink_to("a")
    with open_plain(str(tmp_path / "link")) as file:
        assert file.read() == b"text"


@pytest.mark.parametrize("target", ["/proc/self/environ", "/sys/kernel/mm/transparent_hugepage/enabled", "/dev/zero"])
def test_what_only_the_system_shows_is_no_file(tmp_path: Path, target: str) -> None:
    if not os.path.exists(target):
        pytest.skip(f"no {target}")
    (tmp_path / "link").symlink_to(target)
    with pytest.raises(NotPlain):
        open_plain(str(tmp_path / "link"))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotPlain):
        open_regular(str(tmp_path / "pipe"))


def test_a_pipe_that_comes_at_the_last_moment_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")
    real = os.stat(__file__)
    monkeypatch.setattr(os, "stat", lambda path: real)
    with pytest.raises(NotPlain):
        open_regular(str(tmp_path / "pipe"))


def test_folders_and_missing_files_are_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        open_plain(str(tmp_path))
    with pytest.raises(FileNotFoundError):
        open_plain(str(tmp_path / "gone"))


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="no shared memory folder")
def test_a_project_in_shared_memory_has_files() -> None:
    path = f"/dev/shm/octavo-test-{os.getpid()}"
    Path(path).write_text("text")
    try:
        with open_plain(path) as file:
            assert file.read() == b"text"
    finally:
        os.unlink(path)
