"""A command sees the work tree as it is; what it leaves where nothing may come to be is moved away, and named."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from test_confinement import WORKSPACE, git, needs_namespace, run
from test_sandbox_command import as_ordinary_user

from octavo.process.run import CommandOutput, run_command
from octavo.process.terminal import open_terminal
from octavo.protocol.policy import WorkspaceWrite
from octavo.sandbox.moved import moved_text
from octavo.sandbox.spec import SandboxSpec, sandbox_spec

pytestmark = needs_namespace


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder of another file system than the one of the tests."""
    if not os.path.isdir("/dev/shm"):
        pytest.skip("there is no /dev/shm")
    folder = Path(f"/dev/shm/octavo-home-{os.getpid()}")
    folder.mkdir()
    yield folder
    subprocess.run(["rm", "-rf", folder], check=True)


def spec_of(workspace: Path, home: Path) -> SandboxSpec:
    spec = sandbox_spec(WORKSPACE, str(workspace), {})
    assert spec is not None
    return msgspec.structs.replace(spec, closed=(str(home),))


async def leave(script: str, workspace: Path, home: Path) -> CommandOutput:
    return await run_command(
        ["bash", "-c", script],
        cwd=str(workspace),
        environ=dict(os.environ),
        sandbox=spec_of(workspace, home),
        timeout_ms=20_000,
        on_output=lambda stream, chunk: None,
    )


async def test_a_command_lists_what_the_user_has(workspace: Path) -> None:
    git(workspace, "init", "-q")
    (workspace / "sub").mkdir()
    assert (await run("ls -A", workspace)).stdout == b".git\nsub\n"
    assert (await run("ls -A", workspace / "sub")).stdout == b""


async def test_git_cleans_stashes_and_reports_as_without_us(workspace: Path) -> None:
    git(workspace, "init", "-q")
    (workspace / "tracked").write_text("one\n")
    git(workspace, "add", ".")
    git(workspace, "commit", "-q", "-m", "one")
    identity = "export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@t GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@t"
    script = f"""{identity}; set -e; echo two > tracked; echo new > new; mkdir x; touch x/y; git status --short
        git stash -u -q; cat tracked; ls -A; git stash pop -q; git clean -fdq; git clean -fdxn; ls -A"""
    output = await run(script, workspace)
    assert (output.exit_code, output.stderr) == (0, b"")
    assert output.stdout.decode().split("\n") == [
        *(" M tracked", "?? new", "?? x/", "one", ".git", "tracked", ".git", "tracked", ""),
    ]


async def test_settings_that_a_command_made_are_moved_and_named(workspace: Path, home: Path) -> None:
    script = "mkdir .codex; echo model=1 > .codex/config.toml; ln -s /etc .codex/link; chmod 000 .codex; true"
    output = await leave(script, workspace, home)
    ((path, to),) = output.moved
    assert path == str(workspace / ".codex")
    assert Path(to).parent.parent == home / "tmp"
    assert list(workspace.iterdir()) == []
    assert Path(to, "config.toml").read_text() == "model=1\n"
    assert os.readlink(Path(to, "link")) == "/etc"


async def test_a_file_or_a_link_is_moved_as_well(workspace: Path, home: Path) -> None:
    for script in ("echo x > .codex", "ln -s /etc .codex", "mkfifo .codex"):
        output = await leave(script, workspace, home)
        assert len(output.moved) == 1
        assert os.path.lexists(output.moved[0][1])
        assert list(workspace.iterdir()) == []
    assert os.path.isdir("/etc")


async def test_it_is_copied_where_the_home_is_on_another_disk(workspace: Path, elsewhere: Path) -> None:
    script = """mkdir -p .codex/a/b; echo x > .codex/a/b/c; ln -s ../../.. .codex/a/link; mkfifo .codex/pipe
        ln -s /etc/passwd .codex/passwd; chmod -R a-w .codex"""
    output = await leave(script, workspace, elsewhere)
    ((_, to),) = output.moved
    assert to.startswith(f"{elsewhere}/tmp/")
    assert Path(to, "a/b/c").read_text() == "x\n"
    assert stat.S_ISLNK(os.lstat(Path(to, "passwd")).st_mode)
    assert os.readlink(Path(to, "a/link")) == "../../.."
    assert list(workspace.iterdir()) == []


async def test_what_is_too_large_to_copy_stays_under_another_name(workspace: Path, elsewhere: Path) -> None:
    output = await leave("mkdir .codex; truncate -s 70M .codex/large", workspace, elsewhere)
    ((_, to),) = output.moved
    assert Path(to).parent == workspace
    assert Path(to, "large").stat().st_size == 70 << 20
    assert not (workspace / ".codex").exists()
    assert not list(elsewhere.glob("tmp/*"))


@pytest.mark.parametrize("mode", ["555", "000"])
def test_a_folder_that_a_command_closed_to_us_is_looked_into(workspace: Path, mode: str) -> None:
    """An ordinary user takes the rights from us as well, and may give them back later."""
    git(workspace, "init", "-q")
    redirection = workspace / ".git" / "commondir"
    script = f"mkdir .codex; echo ../elsewhere > {redirection}; chmod {mode} .git .codex .; true"
    as_ordinary_user("both", workspace, script)
    workspace.chmod(0o755)
    assert not (workspace / ".codex").exists()
    assert len(list(workspace.glob("codex-moved-*"))) == 1
    assert not redirection.exists()


async def test_a_home_that_a_command_made_is_not_ours(workspace: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    output = await leave(f"ln -s {victim} .codex", workspace, workspace / ".codex")
    assert list(victim.iterdir()) == []
    assert [Path(to).parent for _, to in output.moved] == [workspace]


async def test_links_in_our_home_are_not_followed(workspace: Path, tmp_path: Path) -> None:
    """Where a root was chosen inside our home, commands may write all of it."""
    victim = tmp_path / "victim"
    victim.mkdir()
    home = workspace
    inner = home / "inner"
    inner.mkdir()
    spec = sandbox_spec(msgspec.structs.replace(WORKSPACE, writable_roots=(str(home),)), str(inner), {})
    assert spec is not None
    output = await run_command(
        ["bash", "-c", f"mkdir .codex; rm -rf {home}/tmp; ln -s {victim} {home}/tmp"],
        cwd=str(inner),
        environ=dict(os.environ),
        sandbox=msgspec.structs.replace(spec, closed=(str(home),)),
        timeout_ms=20_000,
        on_output=lambda stream, chunk: None,
    )
    assert list(victim.iterdir()) == []
    assert [Path(to).parent for _, to in output.moved] == [inner]


async def test_a_link_to_our_home_stays_what_it_is(workspace: Path, home: Path) -> None:
    (workspace / "a").mkdir()
    (workspace / "a" / "link").symlink_to(home)
    script = "rm a/link; mv a b; mkdir -p a/link; echo evil > a/link/config.toml"
    await leave(script, workspace, workspace / "a" / "link")
    assert os.readlink(workspace / "a" / "link") == str(home)
    assert list(home.iterdir()) == []


async def test_what_was_there_before_is_not_moved(workspace: Path, home: Path) -> None:
    (workspace / ".codex").mkdir()
    output = await leave("true", workspace, home)
    assert output.moved == ()
    assert (workspace / ".codex").is_dir()


async def test_only_the_last_process_of_a_command_counts(workspace: Path, home: Path) -> None:
    os.mkfifo(workspace / "gate")
    waiting = asyncio.create_task(leave("read < gate; mkdir .codex", workspace, home))
    assert (await leave("true", workspace, home)).moved == ()
    (workspace / "gate").write_text("go\n")
    assert len((await waiting).moved) == 1
    output = await leave("(trap '' TERM; sleep 0.1; mkdir .codex; sleep 60) > /dev/null 2>&1 &", workspace, home)
    assert output.ended_background
    assert not (workspace / ".codex").exists()


@pytest.mark.parametrize("end", ["kill -9 $$", "sleep 60"], ids=["killed", "interrupted"])
async def test_it_is_told_however_the_command_ends(workspace: Path, home: Path, end: str) -> None:
    told: list[str] = []
    running = asyncio.create_task(
        run_command(
            ["bash", "-c", f"mkdir .codex; {end}"],
            cwd=str(workspace),
            environ=dict(os.environ),
            sandbox=spec_of(workspace, home),
            timeout_ms=20_000,
            on_output=lambda stream, chunk: None,
            on_moved=lambda path, to: told.append(path),
        )
    )
    while not list(workspace.iterdir()) and not running.done():
        await asyncio.sleep(0.005)
    if "sleep" in end:
        running.cancel()
    await asyncio.wait([running])
    assert told == [str(workspace / ".codex")]


async def test_a_temporary_folder_may_hold_one(workspace: Path, tmp_path: Path) -> None:
    root = tmp_path / "tmp"
    root.mkdir()
    environ = {**os.environ, "TMPDIR": str(root)}
    output = await run_command(
        ["mkdir", f"{root}/.codex"],
        cwd=str(workspace),
        environ=environ,
        sandbox=sandbox_spec(WorkspaceWrite(exclude_slash_tmp=True), str(workspace), environ),
        timeout_ms=20_000,
        on_output=lambda stream, chunk: None,
    )
    assert (output.exit_code, output.moved) == (0, ())


async def test_a_command_on_a_terminal_says_it_in_its_output(workspace: Path, home: Path) -> None:
    argv = ("bash", "-c", "mkdir .codex")
    terminal = open_terminal(argv, cwd=str(workspace), environ=dict(os.environ), sandbox=spec_of(workspace, home))
    assert await terminal.wait(20)
    await terminal.end()
    assert b"which a command left, was moved to" in terminal.take()


def test_what_is_told() -> None:
    assert moved_text("/w/.codex", "/h/x") == (
        "/w/.codex, which a command left, was moved to /h/x: settings of this program can be made outside the sandbox "
        "only."
    )
    assert "a repository inside another one" in moved_text("/w/.git", "/h/x")
    assert "could not be moved away" in moved_text("/w/.codex", "")
