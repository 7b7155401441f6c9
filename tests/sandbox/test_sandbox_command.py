"""`octavo sandbox` and the helper form: exit codes, texts, inherited streams."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from octavo.sandbox.capabilities import capabilities

POLICY = {"mode": "workspace-write", "network_access": False, "exclude_slash_tmp": True}
HELPER = "import sys; from octavo.sandbox.helper import run_helper; run_helper(sys.argv)"
COMMAND = textwrap.dedent("""
    import os, sys
    from octavo.protocol.policy import WorkspaceWrite
    from octavo.process.foreground import run_linux
    from octavo.sandbox.spec import sandbox_spec
    spec = sandbox_spec(WorkspaceWrite(exclude_slash_tmp=True), os.getcwd(), {})
    sys.exit(run_linux(sys.argv[1:], spec, {**os.environ, "CODEX_SANDBOX_NETWORK_DISABLED": "1"}))
""")
Result = subprocess.CompletedProcess[bytes]


def helper(*arguments: str, cwd: Path, inherited: tuple[int, ...] = ()) -> Result:
    words = [sys.executable, "-c", HELPER, *arguments]
    return subprocess.run(words, cwd=cwd, check=False, capture_output=True, timeout=20, pass_fds=inherited)


def confined(*command: str, cwd: Path, inherited: tuple[int, ...] = ()) -> Result:
    options = ["--sandbox-policy-cwd", str(cwd), "--sandbox-policy", json.dumps(POLICY)]
    return helper(*options, "--", *command, cwd=cwd, inherited=inherited)


def sandbox(*command: str, cwd: Path, given: bytes = b"", inherited: tuple[int, ...] = ()) -> Result:
    words = [sys.executable, "-c", COMMAND, *command]
    return subprocess.run(words, cwd=cwd, check=False, capture_output=True, input=given, timeout=20, pass_fds=inherited)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


class TestHelper:
    def test_it_confines_and_becomes_the_command(self, workspace: Path) -> None:
        done = confined("sh", "-c", "echo x > made; echo x > ../outside; exit 7", cwd=workspace)
        assert done.returncode == 7
        assert (workspace / "made").exists()
        assert not (workspace.parent / "outside").exists()

    def test_a_missing_program_is_101(self, workspace: Path) -> None:
        done = confined("no-such-program", cwd=workspace)
        assert done.returncode == 101
        assert b"Failed to execvp no-such-program: No such file or directory (os error 2)" in done.stderr

    def test_no_command_is_101(self, workspace: Path) -> None:
        done = confined(cwd=workspace)
        assert done.returncode == 101
        assert b"No command specified to execute." in done.stderr

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--", "true"],
            ["--sandbox-policy-cwd", "/", "--", "true"],
            ["--sandbox-policy-cwd", "/", "--sandbox-policy", "{", "--", "true"],
            ["--sandbox-policy-cwd", "/", "--sandbox-policy", '{"mode":"other"}', "--", "true"],
            ["--unknown", "--", "true"],
            ["--sandbox-policy"],
        ],
    )
    def test_bad_arguments_are_2_with_the_usage(self, workspace: Path, arguments: list[str]) -> None:
        done = helper(*arguments, cwd=workspace)
        assert done.returncode == 2
        assert b"Usage: codex-linux-sandbox" in done.stderr

    def test_full_access_is_not_confined(self, workspace: Path) -> None:
        options = ["--sandbox-policy-cwd", str(workspace), "--sandbox-policy", '{"mode":"danger-full-access"}']
        done = helper(*options, "sh", "-c", "echo x > ../outside; grep Seccomp: /proc/self/status", cwd=workspace)
        assert (workspace.parent / "outside").exists()
        assert done.stdout == b"Seccomp:\t0\n"


class TestCommand:
    def test_streams_are_inherited(self, workspace: Path) -> None:
        done = sandbox(
            "sh", "-c", "cat; echo err >&2; echo $CODEX_SANDBOX_NETWORK_DISABLED", cwd=workspace, given=b"in\n"
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, b"in\n1\n", b"err\n")

    def test_the_exit_code_comes_through(self, workspace: Path) -> None:
        assert sandbox("sh", "-c", "exit 7", cwd=workspace).returncode == 7
        assert sandbox("sh", "-c", "kill -TERM $$", cwd=workspace).returncode == 143
        assert sandbox("sh", "-c", "kill -KILL $$", cwd=workspace).returncode == 137
        assert sandbox("no-such-program", cwd=workspace).returncode == 101
        assert sandbox(cwd=workspace).returncode == 101

    def test_it_leaves_no_trace(self, workspace: Path) -> None:
        done = sandbox("sh", "-c", "ls -A; touch ../outside; true", cwd=workspace)
        assert (done.returncode, done.stdout) == (0, b"")
        assert list(workspace.iterdir()) == []
        assert not (workspace.parent / "outside").exists()

    def test_what_a_command_left_as_our_settings_is_moved_and_named(self, workspace: Path) -> None:
        done = sandbox("sh", "-c", "mkdir .codex && echo x > .codex/config.toml", cwd=workspace)
        assert done.returncode == 0
        assert f"octavo: {workspace}/.codex, which a command left, was moved to".encode() in done.stderr
        assert not (workspace / ".codex").exists()

    def test_what_it_leaves_in_the_background_ends_with_it(self, workspace: Path) -> None:
        script = "(trap '' TERM; setsid sh -c 'trap \"\" TERM; sleep 60; sleep 60' > /dev/null 2>&1 & echo $!)"
        done = sandbox("sh", "-c", script, cwd=workspace)
        assert done.returncode == 0
        assert not Path(f"/proc/{int(done.stdout)}").exists()


ORDINARY_USER = textwrap.dedent("""
    import os, sys
    from octavo.sandbox.linux.syscalls import unshare
    # A user namespace in which this process is an ordinary user, without any right of root.
    owner = os.geteuid(), os.getegid()
    unshare(0x10000000)
    for name, text in (("setgroups", "deny"), ("gid_map", f"1000 {owner[1]} 1"), ("uid_map", f"1000 {owner[0]} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
    limits = {"alone": "user", "no networks": "net"}  # with none of the first Landlock has to do alone
    if limit := limits.get(sys.argv.pop(1)):
        with open(f"/proc/sys/user/max_{limit}_namespaces", "w") as file:
            file.write("0")
    os.execv(sys.executable, [sys.executable, "-c", *sys.argv[1:]])
""")
AS_THAT_USER = textwrap.dedent("""
    import asyncio, os, sys
    from octavo.process.run import run_command
    from octavo.protocol.policy import WorkspaceWrite
    from octavo.sandbox.capabilities import capabilities
    from octavo.sandbox.spec import sandbox_spec

    async def main(cwd, script, *roots):
        spec = sandbox_spec(WorkspaceWrite(exclude_slash_tmp=True, writable_roots=roots), cwd, {})
        output = await run_command(["sh", "-c", script], cwd=cwd, environ=dict(os.environ), sandbox=spec,
            timeout_ms=20_000, on_output=lambda stream, chunk: None)
        print(output.exit_code, output.aggregated.decode().split())

    print(capabilities().namespace)
    asyncio.run(main(*sys.argv[1:]))
""")


def as_ordinary_user(namespaces: str, workspace: Path, script: str, *roots: str) -> tuple[str, str]:
    """The namespace that was found, and what the command printed."""
    if capabilities().namespace == "none":
        pytest.skip("this machine allows no namespace")
    arguments = [sys.executable, "-c", ORDINARY_USER, namespaces, AS_THAT_USER, str(workspace), script, *roots]
    environ = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(arguments, check=True, stdout=subprocess.PIPE, text=True, timeout=20, env=environ)
    namespace, _, result = done.stdout.partition("\n")
    return namespace, result


def test_an_ordinary_user_is_confined_as_well(workspace: Path) -> None:
    (workspace.parent / "outside").touch()
    (workspace / ".codex").mkdir()
    script = (
        "id -u; id -g; grep CapEff /proc/self/status; echo x > made && echo made; echo x > ../new || echo refused; "
        "chmod 600 ../outside || echo kept; mkdir .codex/x || echo closed"
    )
    namespace, result = as_ordinary_user("both", workspace, script)
    assert namespace == "user"
    words = ("'1000', '1000'", "'0000000000000000'", "'made'", "'refused'", "'kept'", "'closed'")
    assert all(word in result for word in words), result
    assert sorted(path.name for path in workspace.iterdir()) == [".codex", "made"]


def test_without_namespaces_landlock_confines_alone(workspace: Path) -> None:
    script = "echo x > made && echo made; echo x > ../new || echo refused; mkdir .codex && echo open"
    namespace, result = as_ordinary_user("alone", workspace, script)
    assert namespace == "none"
    assert all(word in result for word in ("'made'", "'refused'", "'open'", "'Permission'")), result


@pytest.mark.skipif(not capabilities().private_network, reason="this machine allows no network namespace")
def test_a_socket_that_somebody_left_open_is_not_passed_on(workspace: Path) -> None:
    """The forms that are started by other programs inherit what those forgot to close."""
    with socket.socket() as forgotten:
        os.set_inheritable(forgotten.fileno(), True)
        look = f"[ -e /proc/self/fd/{forgotten.fileno()} ] && echo open || echo closed"
        for start in (confined, sandbox):
            assert start("sh", "-c", look, cwd=workspace, inherited=(forgotten.fileno(),)).stdout == b"closed\n"
