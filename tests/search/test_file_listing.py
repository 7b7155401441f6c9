"""Which files a search looks at, and what it may run for that."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from octavo.search.fuzzy import search
from octavo.search.listing import list_files
from octavo.search.ripgrep import RipgrepMissing, find_ripgrep


def paths(root: Path) -> list[str]:
    return [hit.path for hit in search([str(root)], " ", 1000, environ={"HOME": str(root.parent)})]


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        (root / name).write_text(text)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root" / "sub").mkdir(parents=True)
    return tmp_path / "root"


def test_hidden_files_count_and_ignored_ones_do_not(root: Path) -> None:
    for name in (".hidden", "kept", "a.o", "sub/b.o", "sub/c", "sub/.secret"):
        (root / name).write_text("")
    (root / ".gitignore").write_text("*.o\n")
    (root / "sub" / ".ignore").write_text("c\n")
    assert paths(root) == [".gitignore", ".hidden", "kept", "sub/.ignore", "sub/.secret"]


def test_ignore_files_above_the_root_count(root: Path) -> None:
    (root.parent / ".gitignore").write_text("*.log\n")
    (root / "a.log").write_text("")
    (root / "a.txt").write_text("")
    (root / "b.log").symlink_to("a.log")
    assert paths(root) == ["a.txt"]


def test_links_are_files_and_are_not_followed(root: Path) -> None:
    (root / "file").write_text("")
    (root / "sub" / "inner").write_text("")
    (root / "to_file").symlink_to("file")
    (root / "to_folder").symlink_to("sub")
    (root / "to_nothing").symlink_to("nowhere")
    assert paths(root) == ["file", "sub/inner", "to_file", "to_folder", "to_nothing"]


def test_pipes_and_sockets_are_files(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "file").write_text("")
    os.mkfifo(root / "pipe")
    monkeypatch.chdir(root)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        assert paths(root) == ["file", "pipe", "socket"]


def test_a_link_is_ignored_by_the_rules_for_files(root: Path) -> None:
    (root / ".git" / "info").mkdir(parents=True)
    (root / ".git" / "info" / "exclude").write_text("excluded\n")
    (root / ".gitignore").write_text("build/\n*.tmp\n!kept.tmp\n/sub/anchored\n")
    (root / "sub" / "file").write_text("")
    for name in ("build", "excluded", "a.tmp", "kept.tmp", "sub/anchored", "anchored"):
        (root / name).symlink_to("nowhere")
    # `build/` means folders, and a link is none.
    found = [path for path in paths(root) if not path.startswith(".git")]
    assert found == ["anchored", "build", "kept.tmp", "sub/file"]


def test_names_that_are_no_utf_8_are_left_out(root: Path) -> None:
    (root / "é").write_text("")
    Path(os.fsdecode(os.fsencode(root) + b"/\xff")).write_text("")
    assert paths(root) == ["é"]


def test_a_name_with_a_line_break_is_one_name(root: Path) -> None:
    (root / "a\nb").write_text("")
    assert paths(root) == ["a\nb"]


def test_settings_of_ripgrep_do_not_change_what_is_found(root: Path) -> None:
    write(root, a="", b="")
    config = root.parent / "ripgreprc"
    config.write_text("--glob=!a\n")
    environ = {"RIPGREP_CONFIG_PATH": str(config)}
    assert sorted(b"".join(list_files(str(root), environ)).split(b"\0")) == [b"", b"a", b"b"]


def test_ripgrep_is_found_beside_this_program(tmp_path: Path) -> None:
    assert Path(find_ripgrep({"PATH": str(tmp_path)})).parent == Path(sys.executable).parent


def test_a_program_in_the_workspace_is_not_run(tmp_path: Path) -> None:
    program = tmp_path / "bin" / "rg"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    environ = {"PATH": str(program.parent)}
    assert find_ripgrep(environ) == find_ripgrep(environ, str(tmp_path / "elsewhere")) == str(program)
    assert find_ripgrep(environ, str(tmp_path)) != str(program)
    assert find_ripgrep({"PATH": "bin"}) != str(program)


def test_a_pipe_in_the_place_of_an_ignore_file_is_not_waited_for(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(root, a="")
    os.mkfifo(root / ".gitignore")
    monkeypatch.setattr("octavo.search.listing._SILENT_S", 0.2)
    assert list(list_files(str(root), os.environ)) in ([], [b"a\0"])


def test_links_are_found_without_a_program_of_the_searched_folder(root: Path) -> None:
    """Whether a link is ignored is asked in another folder; the program must not come from the first one then."""
    write(root, a="")
    (root / "link").symlink_to("a")
    program = root / "bin" / "rg"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\ntouch {root.parent}/ran\n")
    program.chmod(0o755)
    environ = {"PATH": f"{program.parent}:{os.environ['PATH']}"}
    assert [found.path for found in search([str(root)], "link", 5, environ=environ)] == ["link"]
    assert not (root.parent / "ran").exists()


def test_without_ripgrep_one_line_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    with pytest.raises(RipgrepMissing, match=r"ripgrep was not found\. Install ripgrep"):
        search([str(tmp_path)], "a", 5, environ={"PATH": ""})


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_listing_that_is_given_up_leaves_no_process(root: Path) -> None:
    for number in range(3000):
        (root / f"{number:0200}").write_text("")
    environ = dict(os.environ)
    listing = list_files(str(root), environ)
    next(listing)
    listing.close()
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    names = [Path(f"/proc/{child}/comm").read_text().strip() for child in children]
    assert "rg" not in names


def test_nothing_of_a_search_reaches_our_streams(root: Path) -> None:
    write(root, a="")
    code = "import sys\nfrom octavo.search.fuzzy import search\nassert search([sys.argv[1]], 'a', 5)"
    result = subprocess.run([sys.executable, "-c", code, str(root)], capture_output=True, check=True)
    assert result.stdout + result.stderr == b""
