"""Running commands: their output, their end, and that nothing of them stays."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from octavo.process.failures import EmptyCommandError, KilledBySignalError, NulByteError, SpawnError
from octavo.process.launch import Leftovers, Stream
from octavo.process.run import CommandOutput, run_command
from octavo.protocol.policy import WorkspaceWrite
from octavo.sandbox.spec import SandboxSpec, sandbox_spec

MADE = {"PATH": os.environ.get("PATH", os.defpath), "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}
"""What commands get here, whatever is set where the tests run: a shell acts on SHLVL, BASH_ENV and startup files."""


@pytest.fixture(params=["sandboxed", "free"])
def sandbox(request: pytest.FixtureRequest, tmp_path: Path) -> SandboxSpec | None:
    """Everything here holds with a sandbox and without."""
    if request.param == "free":
        return None
    return sandbox_spec(WorkspaceWrite(exclude_slash_tmp=True), str(tmp_path), MADE)


async def run(
    script: str | list[str],
    sandbox: SandboxSpec | None,
    cwd: Path,
    *,
    timeout_ms: int | None = 20_000,
    on_output: Callable[[Stream, bytes], None] = lambda stream, chunk: None,
    leftovers: Leftovers | None = None,
) -> CommandOutput:
    return await run_command(
        ["bash", "-c", script] if isinstance(script, str) else script,
        cwd=str(cwd),
        environ=MADE,
        sandbox=sandbox,
        timeout_ms=timeout_ms,
        on_output=on_output,
        leftovers=leftovers,
    )


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


def is_alive(process_id: int) -> bool:
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # the latter if it ends while it is read
        return False


async def test_streams_exit_code_and_aggregate(sandbox: SandboxSpec | None, tmp_path: Path) -> None:
    output = await run("echo out; echo err >&2; exit 3", sandbox, tmp_path)
    assert (output.exit_code, output.stdout, output.stderr) == (3, b"out\n", b"err\n")
    assert sorted(output.aggregated.split()) == [b"err", b"out"]
    assert not output.timed_out


async def test_output_is_told_while_the_command_runs(sandbox: SandboxSpec | None, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    heard: list[tuple[Stream, bytes]] = []

    def open_gate(stream: Stream, chunk: bytes) -> None:
        heard.append((stream, chunk))
        if chunk == b"first\n":
            descriptor = os.open(gate, os.O_RDWR)
            os.write(descriptor, b"go\n")
            held.append(descriptor)

    held: list[int] = []
    output = await run(f"echo first; read < {gate}; echo second", sandbox, tmp_path, on_output=open_gate)
    os.close(held[0])
    assert output.stdout == b"first\nsecond\n"
    assert heard == [("stdout", b"first\n"), ("stdout", b"second\n")]


async def test_bytes_come_as_they_are(sandbox: SandboxSpec | None, tmp_path: Path) -> None:
    assert (await run(r"printf 'a\377\xc3b'", sandbox, tmp_path)).stdout == b"a\xff\xc3b"


async def test_much_output_is_kept_whole_and_told_in_pieces(sandbox: SandboxSpec | None, tmp_path: Path) -> None:
    sizes: list[int] = []
    output = await run(
        ["head", "-c", "20000000", "/dev/zero"],
        sandbox,
        tmp_path,
        on_output=lambda stream, chunk: sizes.append(len(chunk)),
    )
    assert len(output.stdout) == len(output.aggregated) == sum(sizes) == 20_000_000
    assert max(sizes) <= 8192


async def test_no_more_than_ten_thousand_pieces_are_told(tmp_path: Path) -> None:
    pieces = 0

    def count(stream: Stream, chunk: bytes) -> None:
        nonlocal pieces
        pieces += 1

    output = await run(["head", "-c", "90000000", "/dev/zero"], None, tmp_path, on_output=count)
    assert len(output.stdout) == 90_000_000
    assert pieces == 10_000


async def test_stdin_is_empty(sandbox: SandboxSpec | None, tmp_path: Path) -> None:
    assert (await run(["cat"], sandbox, tmp_path)).exit_code == 0


async def test_the_environment_is_exactly_the_given_one(sandbox: SandboxSpec | None, tmp_path: Path) -> None:
    environ = {"PATH": "/usr/bin:/bin", "ODD": "\udcff", "EMPTY": ""}
    output = await run_command(
        ["env", "-0"], cwd=str(tmp_path), environ=environ, sandbox=sandbox, timeout_ms=None, on_output=lambda s, c: None
    )
    assert sorted(output.stdout.split(b"\0")) == [b"", b"EMPTY=", b"ODD=\xff", b"PATH=/usr/bin:/bin"]


async def test_programs_are_found_on_the_path_of_the_command(sandbox: SandboxSpec | None, tmp_path: Path) -> None:
    program = tmp_path / "only-here"
    program.write_text("#!/bin/sh\necho found\n")
    program.chmod(0o755)
    environ = {"PATH": str(tmp_path)}
    output = await run_command(
        ["only-here"], cwd="/", environ=environ, sandbox=sandbox, timeout_ms=None, on_output=lambda s, c: None
    )
    assert output.stdout == b"found\n"


async def test_the_command_leads_a_session_of_its_own(sandbox: SandboxSpec | None, tmp_path: Path) -> None:
    output = await run("echo $$; ps -o sid=,pgid=,tty= -p $$", sandbox, tmp_path)
    process, session, group, terminal = output.stdout.split()
    assert process == session == group
    assert terminal == b"?"


async def test_a_missing_program_without_sandbox(tmp_path: Path) -> None:
    with pytest.raises(SpawnError) as caught:
        await run(["no-such-program"], None, tmp_path)
    assert str(caught.value) == (
        'execution error: Io(Os { code: 2, kind: NotFound, message: "No such file or directory" })'
    )


async def test_a_missing_folder(sandbox: SandboxSpec | None, tmp_path: Path) -> None:
    with pytest.raises(SpawnError, match="kind: NotFound"):
        await run("true", sandbox, tmp_path / "missing")


async def test_a_program_that_may_not_be_run(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("text")
    with pytest.raises(SpawnError, match=r"code: 13, kind: PermissionDenied"):
        await run([str(tmp_path / "plain")], None, tmp_path)


async def test_no_program_and_no_nul_bytes(sandbox: SandboxSpec | None, tmp_path: Path) -> None:
    with pytest.raises(EmptyCommandError, match="command args are empty"):
        await run([], sandbox, tmp_path)
    with pytest.raises(NulByteError, match="nul byte found in provided data"):
        await run(["echo", "a\0b"], sandbox, tmp_path)


async def test_death_by_signal(sandbox: SandboxSpec | None, tmp_path: Path) -> None:
    with pytest.raises(KilledBySignalError) as caught:
        await run("echo lost; kill -9 $$", sandbox, tmp_path)
    assert str(caught.value) == "execution error: Sandbox(Signal(9))"
    assert (await run("bash -c 'kill -9 $$'; exit $?", sandbox, tmp_path)).exit_code == 137


async def test_a_timeout_kills_everything_the_command_started(sandbox: SandboxSpec | None, tmp_path: Path) -> None:
    script = "trap '' TERM; setsid sleep 60 & echo $!; sleep 60 & echo $!; echo $$; sleep 60"
    output = await run(script, sandbox, tmp_path, timeout_ms=300)
    assert (output.exit_code, output.timed_out) == (124, True)
    processes = [int(line) for line in output.stdout.split()]
    assert len(processes) == 3
    assert not any(is_alive(process) for process in processes)
    assert 0.3 <= output.duration_seconds < 5


async def test_cancelling_ends_the_command_politely(sandbox: SandboxSpec | None, tmp_path: Path) -> None:
    script = "trap 'echo bye > bye; exit' TERM; setsid sleep 60 & echo $! > ready.tmp; mv ready.tmp ready; wait"
    task = asyncio.create_task(run(script, sandbox, tmp_path))
    await until((tmp_path / "ready").exists)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (tmp_path / "bye").read_text() == "bye\n"
    assert not is_alive(int((tmp_path / "ready").read_text()))


async def test_what_cleans_up_when_it_is_cancelled_may_print_and_nobody_hears_it(
    sandbox: SandboxSpec | None, tmp_path: Path
) -> None:
    last_words = "echo heard; echo heard >&2; echo bye > bye; exit"
    script = f"trap '{last_words}' TERM; sleep 60 & touch ready; wait"
    told: list[bytes] = []
    task = asyncio.create_task(run(script, sandbox, tmp_path, on_output=lambda stream, chunk: told.append(chunk)))
    await until((tmp_path / "ready").exists)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (tmp_path / "bye").exists()
    assert told == []


async def test_cancelling_kills_what_ignores_it(sandbox: SandboxSpec | None, tmp_path: Path) -> None:
    script = "trap '' TERM; echo $$ > ready.tmp; mv ready.tmp ready; while :; do read -t 60 <> <(:); done"
    task = asyncio.create_task(run(script, sandbox, tmp_path))
    await until((tmp_path / "ready").exists)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not is_alive(int((tmp_path / "ready").read_text()))


async def test_a_background_process_that_is_kept_lives_until_it_is_let_go(
    sandbox: SandboxSpec | None, tmp_path: Path
) -> None:
    leftovers = Leftovers()
    output = await run("sleep 60 > /dev/null 2>&1 & echo $!", sandbox, tmp_path, leftovers=leftovers)
    process = int(output.stdout)
    assert is_alive(process)
    await leftovers.end()
    assert not is_alive(process)


async def test_a_background_process_that_holds_the_output_does_not_hold_the_result(tmp_path: Path) -> None:
    output = await run("sleep 60 & echo done $!", None, tmp_path)
    done, process = output.stdout.split()
    assert done == b"done"
    assert output.duration_seconds < 10
    assert output.ended_background
    assert not is_alive(int(process))


async def test_what_a_command_left_in_the_background_ends_with_it(sandbox: SandboxSpec | None, tmp_path: Path) -> None:
    script = "trap '' TERM; (setsid sleep 60 > /dev/null 2>&1 & echo $!)"
    output = await run(script, sandbox, tmp_path)
    assert output.exit_code == 0
    assert output.ended_background
    assert not is_alive(int(output.stdout))


STORM = """
import os, sys, time
end = time.monotonic() + 20  # whatever happens
for _ in range(40):
    if os.fork() == 0:
        while time.monotonic() < end and os.fork() == 0:
            os.setsid()
        os._exit(0)
"""
"""Forty lives, each handed on from one process to the next without pause, in a session of its own."""


async def test_what_forks_and_ends_without_pause_ends_with_its_command(
    sandbox: SandboxSpec | None, tmp_path: Path
) -> None:
    def left() -> bool:
        return any(mark in command_line(one) for one in os.listdir("/proc") if one.isdigit())

    mark = os.fsencode(str(tmp_path))
    command = [sys.executable, "-I", "-S", "-c", f"{STORM}# {tmp_path}"]
    await run(command, sandbox, tmp_path)
    await until(lambda: not left())


def command_line(process: str) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


async def test_cancelling_while_the_background_ends_kills_it_and_does_not_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("octavo.process.launch._GONE_WITHIN", 3600.0)
    background = "trap 'touch asked' TERM; echo $BASHPID > pid; mv pid ready; while :; do read -t 0.1; done < gate"
    os.mkfifo(tmp_path / "gate")
    gate = os.open(tmp_path / "gate", os.O_RDWR | os.O_CLOEXEC)
    script = f"({background}) > /dev/null 2>&1 & until [ -e ready ]; do read -t 0.01; done <> gate"
    running = asyncio.create_task(run(script, None, tmp_path))
    await until((tmp_path / "asked").exists)
    running.cancel()
    async with asyncio.timeout(10):
        await asyncio.wait([running])
    os.close(gate)
    await until(lambda: not is_alive(int((tmp_path / "ready").read_text())))


PROGRAM = textwrap.dedent("""
    import asyncio, os, sys
    from octavo.process.launch import Leftovers
    from octavo.process.run import run_command
    from octavo.protocol.policy import WorkspaceWrite
    from octavo.sandbox.spec import sandbox_spec

    async def main(script, cwd, sandboxed):
        policy = WorkspaceWrite(exclude_slash_tmp=True)
        output = await run_command(
            ["bash", "-c", script], cwd=cwd, environ=dict(os.environ),
            sandbox=sandbox_spec(policy, cwd, dict(os.environ)) if sandboxed else None,
            timeout_ms=30_000, on_output=lambda stream, chunk: None, leftovers=Leftovers())
        sys.stdout.buffer.write(output.aggregated)

    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3] == "sandboxed"))
""")


def program(script: str, cwd: Path, sandbox: SandboxSpec | None) -> list[str]:
    return [sys.executable, "-c", PROGRAM, script, str(cwd), "sandboxed" if sandbox else "free"]


async def test_nothing_survives_when_our_program_is_killed(sandbox: SandboxSpec | None, tmp_path: Path) -> None:
    script = "trap '' TERM; setsid sleep 60 & echo $! $$ > ready.tmp; mv ready.tmp ready; sleep 60; sleep 60"
    ours = subprocess.Popen(program(script, tmp_path, sandbox), env=MADE)
    await until((tmp_path / "ready").exists)
    ours.send_signal(signal.SIGKILL)
    assert ours.wait() == -signal.SIGKILL
    processes = [int(process) for process in (tmp_path / "ready").read_text().split()]
    await until(lambda: not any(is_alive(process) for process in processes))
    await until(lambda: [path.name for path in tmp_path.iterdir()] == ["ready"])


async def test_our_output_ends_with_us_and_so_does_what_a_command_left_to_be_kept(tmp_path: Path) -> None:
    script = "setsid sleep 60 > /dev/null 2>&1 & echo $!"
    ours = subprocess.run(program(script, tmp_path, None), stdout=subprocess.PIPE, timeout=20, check=True, env=MADE)
    assert ours.returncode == 0
    await until(lambda: not is_alive(int(ours.stdout)))


async def test_the_launcher_knows_nothing_of_ours(tmp_path: Path) -> None:
    script = "tr '\\0' '\\n' < /proc/$PPID/environ; ls -l /proc/$PPID/fd"
    os.environ["OCTAVO_TEST_SECRET"] = "hidden"
    output = await run(script, None, tmp_path)
    assert b"hidden" not in output.stdout
    assert b"/dev/null" in output.stdout
    assert b"pipe" in output.stdout


async def test_a_killed_launcher_is_replaced(tmp_path: Path) -> None:
    output = await run("ps -o ppid= -p $PPID", None, tmp_path)
    os.kill(int(output.stdout), signal.SIGKILL)
    await until(lambda: not is_alive(int(output.stdout)))
    for _ in range(3):
        assert (await run("echo again", None, tmp_path)).stdout == b"again\n"


async def test_many_commands_at_once(sandbox: SandboxSpec | None, tmp_path: Path) -> None:
    outputs = await asyncio.gather(*(run(f"echo {number}", sandbox, tmp_path) for number in range(20)))
    assert [int(output.stdout) for output in outputs] == list(range(20))


async def test_a_large_argument_arrives_whole(sandbox: SandboxSpec | None, tmp_path: Path) -> None:
    texts = ["x" * 100_000] * 8
    output = await run(["bash", "-c", 'printf %s "$@" | wc -c', "bash", *texts], sandbox, tmp_path)
    assert output.stdout.strip() == b"800000"
