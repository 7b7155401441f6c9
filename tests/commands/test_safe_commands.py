from __future__ import annotations

import pytest

from octavo.commands.safe import is_known_safe, looks_dangerous, needs_no_question

READING = """
cat x
cd
echo hi
false
grep -R a .
head x
ls -la
nl x
pwd
tail x
true
wc -l
which ls
/usr/bin/ls
find . -name x
rg -n x
git status
git log -1
git diff
git show
git branch
cargo check
sed -n 5p
sed -n 1,5p x
""".strip().splitlines()
NOT_KNOWN = """
rm x
touch x
git -c a=b log
git -C x status
git checkout x
git
cargo build
cargo
sed -n 1,5p a b
sed -i 5p x
sed -n 5d x
sed -n ,5p x
sed -n
bash -c ls
/bin/bash -lc ls
bash -lc git status
test -f x
[ -f x ]
export A
rg -z x
rg --search-zip x
rg --pre x y
rg --pre=x y
rg --hostname-bin x
rg --hostname-bin=x
/usr/bin/find . -delete
find . -exec rm x
find . -execdir x
find . -ok x
find . -okdir x
find . -fls x
find . -fprint x
find . -fprint0 x
find . -fprintf x
time ls
xargs ls
tee x
""".strip().splitlines()


@pytest.mark.parametrize("text", READING)
def test_a_reading_command_is_safe(text: str) -> None:
    assert is_known_safe(text.split())


@pytest.mark.parametrize("text", NOT_KNOWN)
def test_a_command_that_could_do_more_is_not_known_to_be_safe(text: str) -> None:
    assert not is_known_safe(text.split())


def test_no_command_is_not_safe() -> None:
    assert not is_known_safe([])
    assert not is_known_safe([""])


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_script_is_safe_if_all_its_commands_are(shell: str) -> None:
    assert is_known_safe([shell, "-lc", "ls && pwd; echo 'hi there' | wc -l"])
    assert is_known_safe([shell, "-lc", "git status\ngit log"])
    assert not is_known_safe([shell, "-lc", "ls && rm x"])
    assert not is_known_safe([shell, "-lc", "ls > o"])
    assert not is_known_safe([shell, "-lc", "bash -lc ls"])
    assert not is_known_safe([shell, "-lc", ""])


def test_digits_of_other_scripts_do_not_make_a_line_range() -> None:
    assert not is_known_safe(["sed", "-n", "٣p", "x"])
    assert not is_known_safe(["sed", "-n", "5p\n", "x"])


@pytest.mark.parametrize(
    "argv",
    [
        ["git", "reset", "--hard"],
        ["/usr/bin/git", "rm", "x"],
        ["legit", "reset"],
        ["rm", "-f", "x"],
        ["rm", "-rf", "x"],
        ["sudo", "rm", "-rf", "x"],
        ["sudo", "sudo", "git", "reset"],
        ["bash", "-lc", "echo x | sudo rm -rf y"],
        ["zsh", "-lc", "git rm x && ls"],
    ],
)
def test_a_destroying_command_is_dangerous(argv: list[str]) -> None:
    assert looks_dangerous(argv)


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["sudo"],
        ["rm"],
        ["rm", "-fr", "y"],
        ["rm", "-r", "x"],
        ["/bin/rm", "-f", "x"],
        ["git", "status"],
        ["bash", "-c", "rm -f x"],
        ["bash", "-lc", "rm -f x > y"],
        ["bash", "-lc", "bash -lc 'rm -f x'"],
        ["sudo", "bash", "-lc", "rm -f x"],
    ],
)
def test_what_is_merely_unknown_is_not_dangerous(argv: list[str]) -> None:
    assert not looks_dangerous(argv)


@pytest.mark.parametrize(
    "script",
    [
        "find . -d\\elete",
        "find . -del*",
        "find . ?delete",
        "ls; find . -*",
        "rg --pr\\e=sh x",
        "rg x *",
        "git log *",
        "./ls",
    ],
)
def test_a_safe_command_is_asked_for_when_the_shell_may_run_something_else(script: str) -> None:
    assert is_known_safe(["bash", "-lc", script])
    assert not needs_no_question(["bash", "-lc", script])


@pytest.mark.parametrize(
    "command",
    [
        "git branch -D main",
        "git branch new",
        "git branch -v new",
        "git branch -av new",
        "git branch -rd origin/x",
        "git branch -m a b",
        "git branch --del main",
        "git branch -f main HEAD~3",
        "git branch --edit-description",
        "git diff --output=src/main.py",
        "git log -p --outpu x",
        "/usr/bin/git show --output x",
    ],
)
def test_one_of_gits_readers_that_is_asked_to_write_needs_a_question(command: str) -> None:
    assert is_known_safe(command.split())
    assert not needs_no_question(command.split())
    assert not needs_no_question(["bash", "-lc", f"ls && {command}"])


@pytest.mark.parametrize(
    "command",
    [
        "git branch",
        "git branch -a -vv --sort=-committerdate",
        "git branch -avv",
        "git branch --list feature/x",
        "git branch --contains HEAD --no-color",
        "git diff --ours",
        "git log --oneline -5",
        "git status --short",
    ],
)
def test_reading_with_git_needs_no_question(command: str) -> None:
    assert needs_no_question(command.split())


@pytest.mark.parametrize(
    "script",
    [
        "ls *.py",
        "cat ~/x",
        "echo a\\ b",
        'rg "a\\.b" x',
        "find . -name '*.py'",
        "rg x src/*.py",
        "rg 'a\\.b*' -g '*.py' | head -n 5",
    ],
)
def test_quoted_patterns_and_patterns_for_plain_readers_need_no_question(script: str) -> None:
    assert needs_no_question(["bash", "-lc", script])
