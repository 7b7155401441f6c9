from __future__ import annotations

import os
from pathlib import Path

import pytest

from octavo.config.home import apply_dotenv, find_home
from octavo.errors import ConfigError


def test_codex_home_is_resolved(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert find_home({"CODEX_HOME": str(tmp_path / "link")}) == str((tmp_path / "real").resolve())


def test_a_missing_codex_home_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"^No such file or directory \(os error 2\)$"):
        find_home({"CODEX_HOME": "/nowhere/at/all"})


def test_an_empty_codex_home_counts_as_unset_and_the_default_may_be_missing() -> None:
    assert find_home({"CODEX_HOME": "", "HOME": "/nowhere"}) == "/nowhere/.codex"


def test_without_home_the_password_database_knows() -> None:
    assert find_home({}) == os.path.join(os.path.expanduser(f"~{_user_name()}"), ".codex")


def test_dotenv_overrides_the_environment_but_not_our_own_variables(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FOO=bar\nCODEX_HOME=/evil\ncodex_x=1\nNEW=1\n")
    merged = apply_dotenv(str(tmp_path), {"FOO": "orig", "CODEX_HOME": "/home", "KEPT": "1"})
    assert merged == {"FOO": "bar", "CODEX_HOME": "/home", "KEPT": "1", "NEW": "1"}


@pytest.mark.parametrize("make", ["missing", "folder"])
def test_an_unreadable_dotenv_is_ignored(tmp_path: Path, make: str) -> None:
    if make == "folder":
        (tmp_path / ".env").mkdir()
    assert apply_dotenv(str(tmp_path), {"A": "1"}) == {"A": "1"}


def test_dotenv_bytes_that_are_no_text_reach_the_environment_as_they_are(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"A=x\xffy\n")
    assert os.fsencode(apply_dotenv(str(tmp_path), {})["A"]) == b"x\xffy"


def _user_name() -> str:
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name
