"""Which commands are patches."""

from __future__ import annotations

import pytest

from octavo.patch.recognise import PatchCall, UnmarkedPatchError, recognise

PATCH = "*** Begin Patch\n*** Add File: f\n+$x `y` \\z\n*** End Patch"


def heredoc(before: str, tag: str = "<<'EOF'", end: str = "EOF", after: str = "\n") -> list[str]:
    return ["bash", "-lc", f"{before} {tag}\n{PATCH}\n{end}{after}"]


@pytest.mark.parametrize("program", ["apply_patch", "applypatch"])
def test_either_name_with_one_argument(program: str) -> None:
    assert recognise([program, PATCH], "/w") == PatchCall(PATCH, "/w")
    assert recognise([program, "no patch at all"], "/w") == PatchCall("no patch at all", "/w")


@pytest.mark.parametrize("argv", [[PATCH], ["bash", "-lc", PATCH], ["bash", "-lc", f"<<EOF\n{PATCH}\nEOF"]])
def test_a_bare_patch_is_refused(argv: list[str]) -> None:
    with pytest.raises(UnmarkedPatchError) as caught:
        recognise(argv, "/w")
    assert str(caught.value) == (
        'patch detected without explicit call to apply_patch. Rerun as ["apply_patch", "<patch>"]'
    )


@pytest.mark.parametrize(
    "argv",
    [
        heredoc("apply_patch"),
        heredoc("applypatch", "<<EOF"),
        heredoc("apply_patch", '<<"E F"', "E F"),
        heredoc("apply_patch", "<<-EOF"),
        heredoc("apply_patch", after=""),
        heredoc("apply_patch", end="\n\nEOF", after="\n\n"),
        heredoc("\n\napply_patch"),
        heredoc("apply_patch", end="", after=""),
    ],
)
def test_a_script_that_is_only_a_patch(argv: list[str]) -> None:
    assert recognise(argv, "/w") == PatchCall(PATCH, "/w")


@pytest.mark.parametrize(
    ("folder", "cwd"),
    [("sub", "/w/sub"), ('"a b"', "/w/a b"), ("'a b'", "/w/a b"), ("/abs", "/abs"), ("../x", "/w/../x")],
)
def test_a_folder_may_be_entered_first(folder: str, cwd: str) -> None:
    assert recognise(heredoc(f"cd {folder} && apply_patch"), "/w") == PatchCall(PATCH, cwd)
    assert recognise(heredoc(f"cd {folder} &&\n  apply_patch"), "/w") == PatchCall(PATCH, cwd)


@pytest.mark.parametrize(
    "before",
    [
        "echo x; apply_patch",
        "mkdir x; cd x && apply_patch",
        "set -e\napply_patch",
        "# why\napply_patch",
        "cd sub; apply_patch",
        "cd sub || apply_patch",
        "cd sub | apply_patch",
        "cd a b && apply_patch",
        "cd -P a && apply_patch",
        "cd - && apply_patch",
        "cd && apply_patch",
        "cd a && cd b && apply_patch",
        'cd "$HOME" && apply_patch',
        'cd "" && apply_patch',
        'cd a"b" && apply_patch',
        "cd ~ && apply_patch",
        "cd *.d && apply_patch",
        "cd a\\ b && apply_patch",
        'cd "a\\"b" && apply_patch',
        "cd $(pwd) && apply_patch",
        "apply_patch x",
        "apply_patch --help",
        "> out apply_patch",
        "A=1 apply_patch",
        "! apply_patch",
        '"apply_patch"',
        "(apply_patch",
        "sudo apply_patch",
    ],
)
def test_what_stands_before_makes_it_a_command(before: str) -> None:
    assert recognise(heredoc(before), "/w") is None


@pytest.mark.parametrize(
    ("tag", "after"),
    [
        ("<<'EOF' && echo done", "\n"),
        ("<<'EOF' | cat", "\n"),
        ("<<'EOF' > out", "\n"),
        ("<<'EOF' 2>&1", "\n"),
        ("<<'EOF' &", "\n"),
        ("<<'EOF';", "\n"),
        ("<<'EOF'", "\necho x\n"),
        ("<<'EOF'", "\ncd sub\n"),
        ("<<'EOF'", "\n# done\n"),
    ],
)
def test_what_stands_after_makes_it_a_command(tag: str, after: str) -> None:
    assert recognise(heredoc("apply_patch", tag, after=after), "/w") is None


def test_only_bash_with_exactly_lc_and_nothing_more() -> None:
    _, _, script = heredoc("apply_patch")
    for argv in (
        ["zsh", "-lc", script],
        ["sh", "-lc", script],
        ["/bin/bash", "-lc", script],
        ["bash", "-c", script],
        ["bash", "-lc", script, "x"],
        ["apply_patch"],
        ["apply_patch", PATCH, "x"],
        ["bash", "-lc", f"apply_patch '{PATCH}'"],
        ["bash", "-lc", "ls"],
        [],
    ):
        assert recognise(argv, "/w") is None


def test_deeply_nested_scripts_are_just_commands() -> None:
    assert recognise(["bash", "-lc", "$(" * 5000 + "apply_patch"], "/w") is None
