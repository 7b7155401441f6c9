"""Login shells that start from a snapshot: the same to look at, and only where that is certain."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from login_shells import login_shells

from octavo.process.failures import KilledBySignalError
from octavo.process.run import CommandOutput
from octavo.process.shell_snapshot.folder import make_snapshot_folder
from octavo.process.shell_snapshot.snapshot import ShellSnapshots
from octavo.protocol.policy import ReadOnly, WorkspaceWrite
from octavo.sandbox.spec import sandbox_spec

BASH_PROFILE = r"""
shopt -s extglob globstar nullglob expand_aliases
export ONE=1 TWO="two
lines" QUOTED='a"b$c`d\e' EMPTY= UMLAUT=ü
local_one=5; list=(1 "2 3" '$x'); declare -A map=([k]=v ["a b"]=c); declare -i number=3; readonly FIXED=x
declare -x WITHOUT_VALUE; declare -n other=local_one; declare -u LOUD=loud
unset DROPPED; export -n HIDDEN; PATH="$HOME/bin:$PATH"; PS4='+ '; IFS=$' \t\n'
greet() { case $1 in +(a|b)) echo extended;; *) cat <<X
hello $1 'and' "$2"
X
esac; }
two-words() { echo dashed; }; carried() { echo carried; }; export -f carried
alias ll='echo listed' say='echo "it'\''s"'
set -o pipefail; set -u; umask 027; complete -W "a b" tool; false
"""
ZSH_PROFILE = r"""
export ONE=1 TWO="two
lines" QUOTED='a"b$c`d\e' EMPTY= UMLAUT=ü
local_one=5; typeset -a list=(1 "2 3" '$x'); typeset -A map=(k v "a b" c); integer number=3; typeset -r FIXED=x
unset DROPPED; typeset +x HIDDEN; path=($HOME/bin $path); export MANPATH=/m; IFS=$' \t\n'
typeset -T LIBS libs; libs=(a b); hash -d proj=/tmp; zstyle ':x' y z; fpath+=(/opt/functions)
greet() { case $1 in (a|b) echo extended;; *) echo "hello $1
and '$2'";; esac; }
two-words() { echo dashed; }; autoload -Uz zmv
alias ll='echo listed' say='echo "it'\''s"'; alias -g ALL='| cat'; alias -s txt=cat
setopt extendedglob noclobber pipefail; umask 027; false
"""
SAME = [
    "echo $?",
    'echo "$0 $- $#"; pwd; umask',
    "env | grep -v '^_=' | sort",
    'echo "$local_one|${list[@]}|${map[k]}|$number|$TWO|$QUOTED|$PATH"',
    "greet a; greet other two; two-words; typeset -f greet",
    "alias; ll; say",
    "set +o; umask; ulimit -a",
    "number=1+1; echo $number; FIXED=y; echo still here",
    "echo $UNSET_VARIABLE; echo after",
    "no_such_command; echo $?",
    "echo one\nno_such_command\nif",
    "for i in 1; do echo $LINENO\nmissing; done",
    "exit 7",
    "cat /nowhere | true; echo $?",
    "echo ${BASH_ENV-none} ${ZDOTDIR-none} ${DROPPED-gone} $GIVEN",
    "printf '%s' \"$TWO\" >&2; cd ..; pwd",
    "trap 'echo bye' EXIT; false",
    "logout 3",
]
IN_BASH = [
    'shopt; declare -p BASH_EXECUTION_STRING | head -c 60; echo "$BASH"',
    "bash -c 'carried; echo ${HIDDEN-not there}'",
    "declare -p list map number other LOUD WITHOUT_VALUE FIXED; complete -p; set -o",
    "declare -f; declare -F; type ll greet",
]
IN_ZSH = [
    "setopt; typeset -p list map number LIBS libs FIXED MANPATH; alias -g -L; alias -s -L; functions",
    "hash -d -L; zstyle -L; print -l $fpath; echo x ALL; zsh -c 'echo ${HIDDEN-not there}'; zmodload -L",
]
FULL = {"bash": BASH_PROFILE, "zsh": ZSH_PROFILE}
SHELLS = [
    pytest.param(name, marks=[] if shutil.which(name) else pytest.mark.skip(reason=f"there is no {name}"))
    for name in ("bash", "zsh")
]


def seen(output: CommandOutput) -> tuple[int, bytes, bytes]:
    return output.exit_code, output.stdout, output.stderr


@pytest.mark.parametrize("confined", [True, False], ids=["sandbox", "none"])
@pytest.mark.parametrize("shell", SHELLS)
async def test_a_shell_from_a_snapshot_is_like_one_that_read_its_profile(
    tmp_path: Path, shell: str, confined: bool
) -> None:
    sandbox = sandbox_spec(ReadOnly(), str(tmp_path / "work"), {}) if confined else None
    async with login_shells(tmp_path, shell, FULL[shell], sandbox) as shells:
        (tmp_path / "work" / "below").mkdir()
        await shells.run("true")
        await shells.snapshots.settled()
        for script in SAME + (IN_BASH if shell == "bash" else IN_ZSH):
            for cwd in (shells.work, shells.work / "below"):
                output, used = await shells.run(script, cwd)
                await shells.snapshots.settled()
                assert used, script
                assert seen(output) == seen(await shells.plain(script, cwd)), script


@pytest.mark.parametrize("shell", SHELLS)
async def test_death_by_a_signal_is_told_alike(tmp_path: Path, shell: str) -> None:
    async with login_shells(tmp_path, shell, "export A=1") as shells:
        assert await shells.uses_snapshot()
        with pytest.raises(KilledBySignalError, match="15"):
            await shells.plain("kill -TERM $$")
        with pytest.raises(KilledBySignalError, match="15"):
            await shells.run("kill -TERM $$")


@pytest.mark.parametrize("shell", SHELLS)
async def test_what_a_profile_prints_is_still_printed(tmp_path: Path, shell: str) -> None:
    async with login_shells(tmp_path, shell, 'echo "it\'s a nice day"; no_such_command') as shells:
        assert await shells.uses_snapshot()
        output, used = await shells.run("echo hi; echo ho >&2")
        assert used
        assert seen(output) == seen(await shells.plain("echo hi; echo ho >&2"))
        assert output.stdout == b"it's a nice day\nhi\n"


async def test_the_logout_script_runs_as_ever(tmp_path: Path) -> None:
    async with login_shells(tmp_path, "bash", "export A=1") as shells:
        (shells.home / ".bash_logout").write_text("echo bye\n")
        assert await shells.uses_snapshot()
        output, used = await shells.run("exit 3")
        assert used
        assert seen(output) == (3, b"bye\n", b"")


@pytest.mark.parametrize(
    "profile",
    [
        "exit 0",
        "exec cat",
        "exec true",
        "kill -9 $$",
        "export ID=$$",
        "export NOW=$(date +%N)",
        "export R=$RANDOM",
        'export HERE="$PWD"',
        "cd /",
        "pushd / > /dev/null",
        "set -- some arguments",
        "trap 'echo bye' EXIT",
        "trap true DEBUG",
        "exec 5< /dev/null",
        "(sleep 77 &) > /dev/null 2>&1",
        "sleep 77 > /dev/null 2>&1 &",
        "ulimit -n 100",
        "enable -n echo",
        "echo $$",
        "set -n",
        "printf 'a\\0b'",
        "printf() { :; }; builtin() { :; }",
    ],
)
async def test_where_a_snapshot_would_differ_there_is_none(tmp_path: Path, profile: str) -> None:
    async with login_shells(tmp_path, "bash", profile) as shells:
        argv = ("bash", "-lc", "true")
        with shells.start(argv):
            pass
        await shells.snapshots.settled()
        with shells.start(argv) as chosen:
            assert chosen == (argv, shells.environ)


async def test_a_profile_that_hangs_holds_nothing_up(tmp_path: Path) -> None:
    async with login_shells(tmp_path, "bash", 'trap "" TERM; echo $$ > "$HOME/id"; sleep 77; sleep 77') as shells:
        argv = ("bash", "-lc", "true")
        with shells.start(argv):
            pass
        while not (shells.home / "id").exists() or not (shells.home / "id").read_text():
            await asyncio.sleep(0.001)
        with shells.start(argv) as chosen:
            assert chosen == (argv, shells.environ)
        await shells.snapshots.end()
        with pytest.raises(ProcessLookupError):
            os.kill(int((shells.home / "id").read_text()), 0)


@pytest.mark.parametrize(
    "argv",
    [
        ("bash", "-c", "true"),
        ("/bin/bash", "-lc", "true"),
        ("./bash", "-lc", "true"),
        ("bash", "-l", "-c", "true"),
        ("bash", "-lc", "echo", "more"),
        ("sh", "-lc", "true"),
        ("true",),
    ],
)
async def test_other_commands_are_left_alone(tmp_path: Path, argv: tuple[str, ...]) -> None:
    async with login_shells(tmp_path) as shells:
        assert await shells.uses_snapshot()
        with shells.start(argv) as chosen:
            assert chosen == (argv, shells.environ)


@pytest.mark.parametrize("name", ["BASH_ENV", "POSIXLY_CORRECT", "SHELLOPTS", "BASHOPTS"])
async def test_variables_that_steer_the_shell_rule_a_snapshot_out(tmp_path: Path, name: str) -> None:
    async with login_shells(tmp_path) as shells:
        shells.environ = {**shells.environ, name: "posix"}
        assert not await shells.uses_snapshot()


async def test_another_environment_sandbox_or_folder_needs_its_own_snapshot(tmp_path: Path) -> None:
    async with login_shells(tmp_path) as shells:
        assert await shells.uses_snapshot()
        argv, work, usual = ("bash", "-lc", "true"), str(shells.work), shells.environ
        confined = sandbox_spec(ReadOnly(), work, {})
        for environ, sandbox, folder, takes in (
            ({**usual, "NEW": "1"}, confined, work, False),
            (usual, confined, work, False),
            (usual, None, "/", False),
            (usual, None, work, True),
        ):
            with shells.snapshots.start(argv, environ, sandbox, folder, usual=True) as (chosen, _):
                assert (chosen != argv) == takes
            await shells.snapshots.settled()


# --- staying true --------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", SHELLS)
async def test_a_changed_profile_counts_at_once(tmp_path: Path, shell: str) -> None:
    sandbox = sandbox_spec(ReadOnly(), str(tmp_path / "work"), {})
    async with login_shells(tmp_path, shell, "export A=1", sandbox) as shells:
        assert await shells.uses_snapshot()
        shells.profile.write_text("export A=22")
        output, used = await shells.run("echo $A")
        assert not used
        assert output.stdout == b"22\n"
        await shells.snapshots.settled()
        output, used = await shells.run("echo $A")
        assert used
        assert output.stdout == b"22\n"


@pytest.mark.parametrize("reference", ['"$HOME/own/env"', "~/own/env", '"$OWN/env"', "{home}/own/env"])
async def test_a_changed_file_that_the_profile_names_counts_too(tmp_path: Path, reference: str) -> None:
    sandbox = sandbox_spec(ReadOnly(), str(tmp_path / "work"), {})
    async with login_shells(tmp_path, "bash", "", sandbox) as shells:
        (shells.home / "own").mkdir()
        (shells.home / "own" / "env").write_text("export A=1")
        shells.profile.write_text(f"export OWN=$HOME/own\n. {reference.format(home=shells.home)}\n")
        assert await shells.uses_snapshot()
        (shells.home / "own" / "env").write_text("export A=22")
        output, used = await shells.run("echo $A")
        assert not used
        assert output.stdout == b"22\n"


async def test_after_a_command_that_changes_the_profile_the_next_one_reads_it(tmp_path: Path) -> None:
    async with login_shells(tmp_path, "bash", "export A=1") as shells:
        assert await shells.uses_snapshot()
        await shells.run("echo 'export A=22' > ~/.bash_profile")
        output, used = await shells.run("echo $A")
        assert not used
        assert output.stdout == b"22\n"


async def test_any_other_command_leaves_the_snapshot_as_it_is(tmp_path: Path) -> None:
    """With every right, too: nothing is run again to find out what a command has changed."""
    async with login_shells(tmp_path, "bash", 'echo x >> "$HOME"/runs') as shells:
        assert await shells.uses_snapshot()
        read = (shells.home / "runs").read_text()
        for _ in range(3):
            _, used = await shells.run("touch ~/file")
            assert used
            await shells.snapshots.settled()
        assert (shells.home / "runs").read_text() == read


async def test_a_profile_that_changes_beside_the_taking_counts(tmp_path: Path) -> None:
    async with login_shells(tmp_path, "bash", "export A=1") as shells:
        await shells.run("true")
        await shells.run("echo 'export A=22' > ~/.bash_profile")
        await shells.snapshots.settled()
        for _ in range(2):
            output, _ = await shells.run("echo $A")
            assert output.stdout == b"22\n"
            await shells.snapshots.settled()


# --- where it lies --------------------------------------------------------------------------------


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_the_script_is_private_and_goes_with_the_conversation(tmp_path: Path) -> None:
    async with login_shells(tmp_path, "bash", "export A=1") as shells:
        assert await shells.uses_snapshot()
        (script,) = files_below(shells.state)
        assert stat.S_IMODE(script.stat().st_mode) == 0o600
        assert {stat.S_IMODE(folder.stat().st_mode) for folder in script.parents[:3]} == {0o700}
        await shells.snapshots.end()
        assert not list(shells.state.iterdir())
        assert not await shells.uses_snapshot()


async def test_variables_that_commands_do_not_get_are_not_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODEX_API_KEY", "sk-not-for-commands")
    async with login_shells(tmp_path, "bash", 'export A=1 B="$CODEX_API_KEY"') as shells:
        assert await shells.uses_snapshot()
        (script,) = files_below(shells.state)
        assert "sk-not-for-commands" not in script.read_text()


async def test_where_commands_could_write_it_there_is_none(tmp_path: Path) -> None:
    policy = WorkspaceWrite(writable_roots=(str(tmp_path / "link"),), exclude_slash_tmp=True)
    (tmp_path / "link").symlink_to(tmp_path / "state")
    sandbox = sandbox_spec(policy, str(tmp_path / "work"), {})
    async with login_shells(tmp_path, "bash", "export A=1") as shells:
        assert await shells.uses_snapshot()
        shells.sandbox = sandbox
        assert not await shells.uses_snapshot()
        assert not files_below(shells.state)
        shells.sandbox = None
        assert not await shells.uses_snapshot(), "nothing that could have been changed may be used later"


async def test_a_home_that_stays_closed_in_a_root_can_hold_it(tmp_path: Path) -> None:
    policy = WorkspaceWrite(writable_roots=(str(tmp_path),), exclude_slash_tmp=True)
    sandbox = sandbox_spec(policy, str(tmp_path / "work"), {})
    assert sandbox is not None
    sandbox = msgspec.structs.replace(sandbox, closed=(str(tmp_path / "state"),))
    async with login_shells(tmp_path, "bash", "export A=1", sandbox) as shells:
        assert await shells.uses_snapshot()
        (script,) = files_below(shells.state)
        output, used = await shells.run(f"echo x >> {script}")
        assert used
        assert output.exit_code != 0
    mine = tmp_path / "state" / "mine"
    mine.mkdir()
    opened = sandbox_spec(msgspec.structs.replace(policy, writable_roots=(str(tmp_path), str(mine))), "/", {})
    assert opened is not None
    async with login_shells(tmp_path, "bash", "export A=1") as shells:
        shells.sandbox = msgspec.structs.replace(opened, closed=sandbox.closed)
        assert not await shells.uses_snapshot(), "a root that is chosen inside of it opens it"


@pytest.mark.parametrize("gone", [True, False], ids=["removed", "changed"])
async def test_a_script_that_is_not_as_it_was_written_is_never_run(tmp_path: Path, gone: bool) -> None:
    sandbox = sandbox_spec(ReadOnly(), str(tmp_path / "work"), {})
    async with login_shells(tmp_path, "bash", "export A=1", sandbox) as shells:
        assert await shells.uses_snapshot()
        (script,) = files_below(shells.state)
        if gone:
            script.unlink()
        else:
            script.write_text(script.read_text() + "echo stolen\n")
        output, used = await shells.run("echo $A")
        assert not used
        assert output.stdout == b"1\n"
        assert not await shells.uses_snapshot()


async def test_a_command_in_the_sandbox_cannot_change_it(tmp_path: Path) -> None:
    policy = WorkspaceWrite(exclude_slash_tmp=True)
    sandbox = sandbox_spec(policy, str(tmp_path / "work"), {})
    async with login_shells(tmp_path, "bash", "export A=1", sandbox) as shells:
        assert await shells.uses_snapshot()
        (script,) = files_below(shells.state)
        output, used = await shells.run(f"echo x >> {script}; rm {script}; mv {script.parent} x; touch {script}.new")
        assert used
        assert output.stderr.count(b"\n") == 4
        assert files_below(shells.state) == [script]


def test_what_a_killed_program_left_is_removed_by_the_next(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from octavo.process.shell_snapshot.folder import make_snapshot_folder\n"
        "folder = make_snapshot_folder(sys.argv[1])\n"
        "folder.write(folder.path + '/a/b', 'text')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(files_below(tmp_path)) == 1
    mine, other = make_snapshot_folder(str(tmp_path)), make_snapshot_folder(str(tmp_path))
    assert not files_below(tmp_path)
    assert os.path.isdir(mine.path)
    mine.remove()
    other.remove()
    assert not list(tmp_path.iterdir())


async def test_a_home_that_cannot_be_written_costs_only_the_snapshot(tmp_path: Path) -> None:
    async with login_shells(tmp_path) as shells:
        (tmp_path / "file").write_text("")
        shells.snapshots = ShellSnapshots(str(tmp_path / "file"))
        assert not await shells.uses_snapshot()
