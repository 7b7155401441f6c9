"""The draft in an editor of the user's."""

from __future__ import annotations

from pathlib import Path

import pytest

from octavo.frontends.terminal.text_editor import EditorError, edit, editor_command, page


def test_visual_goes_before_editor_and_arguments_are_parted() -> None:
    assert editor_command({"VISUAL": "code --wait", "EDITOR": "vi"}) == ["code", "--wait"]
    assert editor_command({"VISUAL": " ", "EDITOR": "'my vi' -n"}) == ["my vi", "-n"]
    with pytest.raises(EditorError, match="VISUAL or EDITOR"):
        editor_command({})
    with pytest.raises(EditorError, match="quotation"):
        editor_command({"EDITOR": "'vi"})


def test_what_the_editor_leaves_is_the_text(tmp_path: Path) -> None:
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\nprintf "%s" "$1" >> "$2"\n')
    script.chmod(0o755)
    assert edit("first é", [str(script), "second\n"], {"PATH": "/bin"}, "/") == "first é\nsecond"
    assert edit("first", [str(script), ""], {"PATH": "/bin"}, "/") == "first"


@pytest.mark.parametrize(("command", "said"), [("false", "ended with 1"), ("/no/such/editor", "No such file")])
def test_an_editor_that_fails_changes_nothing(command: str, said: str) -> None:
    with pytest.raises(EditorError, match=said):
        edit("text", [command], {"PATH": "/usr/bin:/bin"}, "/")


def test_no_editor_and_no_pager_comes_from_where_commands_may_write(tmp_path: Path) -> None:
    """As in a project whose virtual environment is active."""
    (tmp_path / "bin").mkdir()
    for name in ("planted-editor", "planted-pager"):
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        (tmp_path / "bin" / name).chmod(0o755)
    environ = {"PATH": f"{tmp_path}/bin:/usr/bin:/bin", "PAGER": "planted-pager"}
    with pytest.raises(EditorError, match="no such program"):
        edit("text", ["planted-editor"], environ, str(tmp_path))
    with pytest.raises(EditorError, match="no such program"):
        page("text", environ, str(tmp_path), 1)
    assert not (tmp_path / "ran").exists()
    assert edit("text", ["sh", "-c", f'printf %s "$PATH" > {tmp_path}/path'], environ, str(tmp_path)) == "text"
    assert str(tmp_path) not in (tmp_path / "path").read_text()
