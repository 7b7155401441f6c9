"""What a confined command can do to processes, limits and repositories that are not its own; each test tries it."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_confinement import ATTEMPTS, FOUND, WORKSPACE, git, needs_namespace, run
from test_sandbox_command import as_ordinary_user

from octavo.protocol.policy import WorkspaceWrite

WITH_NETWORK = WorkspaceWrite(network_access=True, exclude_slash_tmp=True, exclude_tmpdir_env_var=True)
needs_scopes = pytest.mark.skipif(not FOUND.keeps_signals_in, reason="this machine's kernel is older than Linux 6.12")
PRELUDE = f"""{ATTEMPTS}
libc = ctypes.CDLL(None, use_errno=True)
X86 = platform.machine() == "x86_64"
def call(name, x86, arm, *arguments):
    result = libc.syscall(ctypes.c_long(x86 if X86 else arm), *map(ctypes.c_long, arguments))
    print(name, "ok" if result >= 0 else errno.errorcode[ctypes.get_errno()])
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


@pytest.fixture
def repository(workspace: Path) -> Path:
    git(workspace, "init", "-q")
    return workspace


async def python(script: str, workspace: Path, policy: WorkspaceWrite = WORKSPACE) -> list[str]:
    output = await run([sys.executable, "-c", PRELUDE + script], workspace, policy)
    assert output.exit_code == 0, output.stderr
    return output.stdout.decode().splitlines()


# --- processes --------------------------------------------------------------------------------------


@needs_scopes
async def test_no_signal_reaches_a_process_outside(workspace: Path) -> None:
    script = f"""
for name, process in (("watcher", os.getppid()), ("program", {os.getpid()})):
    attempt(name, lambda: os.kill(process, 0))
child = os.fork()
if child == 0:
    os.kill(os.getpid(), 19)
attempt("own child", lambda: os.kill(child, 9))
"""
    assert await python(script, workspace) == ["watcher EPERM", "program EPERM", "own child ok"]


@pytest.mark.parametrize("policy", [WORKSPACE, WITH_NETWORK], ids=["without network", "with network"])
async def test_limits_and_priority_are_a_commands_own_affair(workspace: Path, policy: WorkspaceWrite) -> None:
    script = """
attempt("others' limits", lambda: resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (64, 64)))
attempt("others' priority", lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), 5))
attempt("everybody's priority", lambda: os.setpriority(os.PRIO_USER, 0, 5))
attempt("own limits", lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)))
attempt("own priority", lambda: os.setpriority(os.PRIO_PROCESS, 0, 19))
"""
    assert await python(script, workspace, policy) == [
        *("others' limits EPERM", "others' priority EPERM", "everybody's priority EPERM"),
        *("own limits ok", "own priority ok"),
    ]
    state = f"import os, resource; print(os.nice(0) - {os.nice(0)}, resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 64)"
    assert (await run([sys.executable, "-c", state], workspace)).stdout == b"0 True\n"


@pytest.mark.parametrize("policy", [WORKSPACE, WITH_NETWORK], ids=["without network", "with network"])
async def test_when_and_where_others_run_is_not_a_commands_affair(workspace: Path, policy: WorkspaceWrite) -> None:
    script = """
other = os.getppid()
attempt("class", lambda: os.sched_setscheduler(other, os.SCHED_IDLE, os.sched_param(0)))
attempt("parameters", lambda: os.sched_setparam(other, os.sched_param(0)))
attempt("processors", lambda: os.sched_setaffinity(other, {0}))
call("attributes", 314, 274, other, 0, 0)
call("disk", 251, 30, 1, other, 3 << 13)
call("disk of everybody", 251, 30, 3, os.getuid(), 3 << 13)
attempt("own processors", lambda: os.sched_setaffinity(0, os.sched_getaffinity(0)))
call("own disk", 251, 30, 1, 0, 3 << 13)
attempt("own class", lambda: os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0)))
attempt("before all others", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50)))
"""
    assert await python(script, workspace, policy) == [
        *(f"{what} EPERM" for what in ("class", "parameters", "processors", "attributes", "disk", "disk of everybody")),
        *("own processors ok", "own disk ok", "own class ok", "before all others EPERM"),
    ]


@pytest.mark.parametrize("policy", [WORKSPACE, WITH_NETWORK], ids=["without network", "with network"])
async def test_nobody_waits_for_a_command_to_open_a_file(workspace: Path, policy: WorkspaceWrite) -> None:
    """Whoever holds a lease keeps others from opening the file for as long as the system lets him."""
    outside = workspace.parent / "outside"
    outside.touch()
    script = f"""
import fcntl
for path in ({str(outside)!r}, "inside"):
    file = os.open(path, os.O_RDONLY | (os.O_CREAT if path == "inside" else 0))
    attempt("lease", lambda: fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK))
"""
    assert await python(script, workspace, policy) == ["lease EPERM", "lease EPERM"]


async def test_root_gives_up_what_changes_the_machine(workspace: Path) -> None:
    script = """
call("log of all programs", 163, 89, 0)
call("level of the kernel's log", 103, 116, 8, 0, 7)
call("hanging up a terminal", 153, 58)
"""
    assert {line.split()[-1] for line in await python(script, workspace)} == {"EPERM"}


async def test_processes_that_stand_deeper_than_a_stack_end_as_well(workspace: Path) -> None:
    chain = workspace / "chain"
    chain.write_text("#!/bin/sh\ntrap '' TERM\n[ $1 = 0 ] && touch deepest && sleep 600\n$0 $(($1 - 1))\n")
    chain.chmod(0o755)
    output = await run(f"({chain} 600 > /dev/null 2>&1 &); until [ -e deepest ]; do sleep 0.01; done", workspace)
    assert output.exit_code == 0
    assert output.ended_background
    assert not _processes_with(str(chain))


def _processes_with(marker: str) -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes()
        except OSError:
            continue
        if marker.encode() in words:
            found.append(entry.parent.name)
    return found


# --- files past their paths ---------------------------------------------------------------------------


@pytest.mark.parametrize("policy", [WORKSPACE, WITH_NETWORK], ids=["without network", "with network"])
async def test_no_file_is_opened_by_a_handle_and_no_key_is_read(workspace: Path, policy: WorkspaceWrite) -> None:
    script = """
call("open_by_handle_at", 304, 265, -100, 0, 0)
call("keyctl", 250, 219, 0, -3, 0)
call("add_key", 248, 217, 0, 0, 0, 0, 0)
call("io_uring_setup", 425, 425, 1, 0)
"""
    assert await python(script, workspace, policy) == [
        *("open_by_handle_at EPERM", "keyctl EPERM", "add_key EPERM", "io_uring_setup EPERM"),
    ]


@pytest.mark.parametrize("policy", [WORKSPACE, WITH_NETWORK], ids=["without network", "with network"])
async def test_nothing_is_typed_into_a_terminal(workspace: Path, policy: WorkspaceWrite) -> None:
    script = """
attempt("type", lambda: fcntl.ioctl(0, 0x5412, b"x"))
attempt("paste", lambda: fcntl.ioctl(0, 0x541C, b"\\x03"))
attempt("size", lambda: fcntl.ioctl(0, 0x5413, bytes(8)))
"""
    assert await python(script, workspace, policy) == ["type EPERM", "paste EPERM", "size ENOTTY"]


@needs_scopes
async def test_an_abstract_socket_outside_is_out_of_reach_even_with_network(workspace: Path) -> None:
    name = f"\\0outside-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as outside:
        outside.bind(name.replace("\\0", "\0"))
        outside.listen()
        script = f"""
attempt("outside", lambda: socket.socket(socket.AF_UNIX).connect("{name}"))
inside = socket.socket(socket.AF_UNIX); inside.bind("{name}-inside"); inside.listen()
attempt("inside", lambda: socket.socket(socket.AF_UNIX).connect("{name}-inside"))
"""
        assert await python(script, workspace, WITH_NETWORK) == ["outside EPERM", "inside ok"]


# --- repositories -------------------------------------------------------------------------------------


@needs_namespace
async def test_links_to_closed_paths_stay_what_they_are(repository: Path) -> None:
    for name in ("hooks", "config"):
        (repository / ".git" / name).rename(repository / f"my-{name}")
        (repository / ".git" / name).symlink_to(f"../my-{name}")
    (repository / "dot").mkdir()
    (repository / ".codex").symlink_to("dot")
    attack = "for x in .git/hooks .git/config .codex; do rm -rf $x; mv $x y; done"
    script = f"{attack}; mv my-hooks z; echo x >> my-config; ls dot/"
    output = await run(script, repository)
    assert (repository / ".git/hooks").is_symlink()
    assert (repository / ".git/config").is_symlink()
    assert (repository / ".codex").is_symlink()
    assert (repository / "my-hooks").is_dir()
    assert "x\n" not in (repository / "my-config").read_text()
    assert output.exit_code == 0


@needs_namespace
async def test_a_repository_behind_a_link_is_not_exchanged(repository: Path) -> None:
    (repository / ".git").rename(repository / "real")
    (repository / ".git").symlink_to("real")
    await run("rm .git; cp -r real new; ln -s new .git; echo '[evil]' >> .git/config", repository)
    assert os.readlink(repository / ".git") == "real"
    assert "evil" not in (repository / "real/config").read_text()
    assert (await run("git status --short", repository)).exit_code == 0


@needs_namespace
async def test_hooks_behind_a_link_that_leads_nowhere_are_not_made(repository: Path) -> None:
    for hook in (repository / ".git/hooks").iterdir():
        hook.unlink()
    (repository / ".git/hooks").rmdir()
    (repository / ".git/hooks").symlink_to("../hooks")
    await run("mkdir hooks; echo evil > hooks/pre-commit", repository)
    assert not (repository / "hooks/pre-commit").exists()


@needs_namespace
async def test_the_workspace_itself_does_not_become_a_repository(repository: Path) -> None:
    config = "printf '[core]\\nfsmonitor=\"touch evil;\"\\n' > config"
    output = await run(f"cp .git/HEAD .; cp -r .git/objects .git/refs .; {config}; rm .git/HEAD", repository)
    assert output.exit_code == 0
    subprocess.run(["git", "status"], cwd=repository, check=False, capture_output=True)
    assert not (repository / "evil").exists()
    assert not (repository / "HEAD").exists()


@needs_namespace
async def test_below_a_repository_no_other_one_is_put_before_it(repository: Path) -> None:
    part = repository / "part"
    part.mkdir()
    output = await run("ls -A; git init -q; mkdir -p .git/x; git status --short; touch made", part)
    assert output.exit_code == 0
    assert b".git\n" not in output.stdout
    (moved,) = output.moved
    assert moved[0] == str(part / ".git")
    assert os.path.isdir(f"{moved[1]}/x")
    assert not (part / ".git").exists()


@needs_namespace
async def test_what_git_read_in_former_times_is_not_made(repository: Path) -> None:
    script = "cd .git; mkdir -p remotes branches; echo 'URL: ../evil' > remotes/origin; echo x > branches/origin"
    await run(script, repository)
    assert not list((repository / ".git").glob("remotes/*"))
    assert not list((repository / ".git").glob("branches/*"))


@needs_namespace
async def test_a_pipe_in_place_of_a_file_of_git_holds_nobody_up(workspace: Path) -> None:
    await run("mkdir .git; touch .git/HEAD; mkfifo .git/commondir", workspace)
    assert (await run("echo fine", workspace)).stdout == b"fine\n"


@needs_namespace
async def test_a_locked_placeholder_stops_a_command_with_one_line(repository: Path) -> None:
    placeholder = repository / ".git/hooks"
    subprocess.run(["rm", "-rf", placeholder], check=True)
    placeholder.mkdir()
    os.utime(placeholder, ns=(10**9, 10**9))
    lock = os.open(placeholder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        output = await run("echo fine", repository)
    finally:
        os.close(lock)
    assert output.exit_code == 101
    assert output.stderr.count(b"\n") == 1
    assert b"locked by another process" in output.stderr
    assert (await run("echo fine", repository)).stdout == b"fine\n"


@pytest.fixture
def closable(repository: Path) -> Iterator[Path]:
    yield repository
    subprocess.run(["chmod", "-R", "u+rwX", str(repository)], check=True)


@needs_namespace
@pytest.mark.parametrize("folder", [".git", ".git/modules"])
def test_taking_away_the_right_to_look_opens_nothing(closable: Path, folder: str) -> None:
    git(closable, "init", "-q", "--bare", ".git/modules/sub")
    config = closable / ".git/modules/sub/config"
    before = config.read_text()
    as_ordinary_user("both", closable, f"chmod 000 {folder}")
    _, result = as_ordinary_user(
        "both", closable, f"chmod 755 {folder}; echo evil >> {config} && echo wrote; touch made"
    )
    assert "wrote" not in result
    assert config.read_text() == before
    assert (closable / "made").exists()


@needs_namespace
def test_a_root_that_cannot_be_looked_into_stays_as_it_is(closable: Path) -> None:
    config = closable / ".git/config"
    before = config.read_text()
    elsewhere = closable.parent / "elsewhere"
    elsewhere.mkdir()
    as_ordinary_user("both", elsewhere, f"chmod 600 {closable}", str(closable))
    script = f"chmod 755 {closable} && echo evil >> {config} && echo wrote; touch made"
    _, result = as_ordinary_user("both", elsewhere, script, str(closable))
    assert "wrote" not in result
    assert (elsewhere / "made").exists()
    os.chmod(closable, 0o755)
    assert config.read_text() == before
