"""Completion scripts: the one for bash in a real bash, the others by what they name."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from octavo.cli.commands import OCTAVO, SHELLS
from octavo.cli.words.completion import script
from octavo.cli.words.spec import Command


def completed(folder: Path, *words: str) -> set[str]:
    """What bash offers for the last word."""
    quoted = " ".join(f"'{word}'" for word in words)
    command = (
        f"source {folder}/octavo.bash; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _octavo; "
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    (folder / "octavo.bash").write_text(script("bash"))
    result = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=True)
    assert result.stderr == ""
    return set(result.stdout.split())


def test_bash_completes_commands(tmp_path: Path) -> None:
    assert completed(tmp_path, "octavo", "e") == {"exec", "execpolicy"}
    assert {"exec", "sandbox", "features", "completion", "help", "--version"} <= completed(tmp_path, "octavo", "")


def test_bash_completes_below_a_command(tmp_path: Path) -> None:
    assert completed(tmp_path, "octavo", "exec", "re") == {"resume", "review"}
    assert completed(tmp_path, "octavo", "-m", "exec", "debug", "l") == {"linux"}
    assert "--last" in completed(tmp_path, "octavo", "exec", "prompt", "resume", "--")


def test_bash_completes_values(tmp_path: Path) -> None:
    assert completed(tmp_path, "octavo", "exec", "--sandbox", "w") == {"workspace-write"}
    assert completed(tmp_path, "octavo", "completion", "z") == {"zsh"}


def test_bash_completes_files_and_folders_and_leaves_free_text_alone(tmp_path: Path) -> None:
    (tmp_path / "some-folder").mkdir()
    (tmp_path / "some-file").write_text("")
    assert completed(tmp_path, "octavo", "exec", "-C", "some-f") == {"some-folder"}
    assert completed(tmp_path, "octavo", "exec", "-o", "some-f") == {"some-file", "some-folder"}
    assert completed(tmp_path, "octavo", "exec", "--model", "e") == set()


def test_hidden_options_are_not_offered(tmp_path: Path) -> None:
    assert not {"--yolo", "--experimental-json"} & completed(tmp_path, "octavo", "exec", "--")


@pytest.mark.parametrize("shell", SHELLS)
def test_every_script_names_every_command(shell: str) -> None:
    text = script(shell)

    def check(command: Command) -> None:
        for below in command.commands:
            assert below.name in text
            check(below)

    check(OCTAVO)


def test_scripts_begin_and_end_as_their_shells_want(tmp_path: Path) -> None:
    assert script("zsh").startswith("#compdef octavo\n")
    assert script("bash").splitlines()[-1].startswith("complete -F _octavo ")
