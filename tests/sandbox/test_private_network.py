"""What works in a command without network: servers and clients inside, shared memory; and where neither can be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_confinement import ATTEMPTS, FOUND, WORKSPACE, run
from test_sandbox_command import as_ordinary_user, confined, sandbox

from octavo.protocol.policy import ReadOnly, SandboxPolicy, WorkspaceWrite
from octavo.sandbox.linux.kernel import Kernel

needs_network = pytest.mark.skipif(not FOUND.private_network, reason="this machine allows no network namespace")
needs_memory = pytest.mark.skipif(
    not FOUND.protects_git_and_metadata or not os.path.isdir("/dev/shm"),
    reason="this machine allows no mount namespace, or has no shared memory",
)
BOTH = pytest.mark.parametrize("policy", [WORKSPACE, ReadOnly()], ids=["workspace-write", "read-only"])

CONNECTS = """
import asyncio, os, socket, sys
async def echo(reader, writer):
    writer.write(await reader.readexactly(4))
    await writer.drain()
    writer.close()
async def main():
    for host in ("::1", "127.0.0.1") if socket.has_dualstack_ipv6() else ("127.0.0.1",):
        server = await asyncio.start_server(echo, host, 0)
        reader, writer = await asyncio.open_connection(host, server.sockets[0].getsockname()[1])
        writer.write(b"ping")
        print(host, (await reader.read()).decode())
    print("localhost", bool(socket.create_connection(("localhost", server.sockets[0].getsockname()[1]), 5)))
    one, other = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    one.bind(("127.0.0.1", 0))
    other.sendto(b"datagram", one.getsockname())
    print(one.recv(20).decode(), await asyncio.to_thread(lambda: "thread"))
asyncio.run(main())
"""
EXPECTED = b"localhost True\ndatagram thread\n"

PATHS = """
import array, os, socket, sys, threading
os.chdir(sys.argv[1])
names = ["relative", "./a/../relative2", os.path.abspath("absolute"), "\\0abstract"]
os.makedirs("a", exist_ok=True)
for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
    for name in names:
        with socket.socket(socket.AF_UNIX, kind) as server, socket.socket(socket.AF_UNIX, kind) as client:
            server.bind(name)
            server.listen()
            client.connect(name)
            accepted, _ = server.accept()
            client.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0]))])
            data, passed, _, _ = accepted.recvmsg(10, 100)
            assert (data, len(passed)) == (b"x", 1)
            if not name.startswith("\\0"):
                os.unlink(name)
with socket.socket(socket.AF_UNIX) as server:
    server.bind("once")
with socket.socket(socket.AF_UNIX) as client:
    print(client.connect_ex("once"), client.connect_ex("never"))
os.unlink("once")
for flags in (0, socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC):
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM | flags)
    one.send(b"first")
    one.send(b"second")
    assert (other.recv(100), other.recv(100)) == (b"first", b"second")
    assert os.readlink(f"/proc/self/fd/{one.fileno()}").startswith("socket:")
    one.close()
    other.close()
print("all")
"""


@needs_network
@BOTH
async def test_local_servers_and_their_clients_work(workspace: Path, policy: SandboxPolicy) -> None:
    output = await run([sys.executable, "-c", CONNECTS], workspace, policy)
    assert output.stdout.endswith(EXPECTED), output.stderr
    assert b"127.0.0.1 ping\n" in output.stdout


@needs_network
async def test_sockets_with_a_path_work_among_the_processes_of_a_command(workspace: Path) -> None:
    output = await run([sys.executable, "-c", PATHS, "."], workspace)
    assert output.stdout == b"1 2\nall\n", output.stderr


@needs_network
async def test_nothing_of_one_command_is_in_the_way_of_the_next(workspace: Path) -> None:
    serve = "import socket; s = socket.create_server(('127.0.0.1', 8000)); print(s.getsockname()[1])"
    for _ in range(3):
        assert (await run([sys.executable, "-c", serve], workspace)).stdout == b"8000\n"
    opened = await run("ls -l /proc/self/ns/net", workspace, WorkspaceWrite(network_access=True))
    assert os.readlink("/proc/self/ns/net").encode() in opened.stdout


@needs_network
async def test_a_command_that_connects_leaves_no_process_behind(workspace: Path) -> None:
    output = await run([sys.executable, "-c", CONNECTS], workspace)
    assert not output.ended_background
    (workspace / "connects.py").write_text(CONNECTS)
    output = await run(f"(sleep 60 > /dev/null 2>&1 &); {sys.executable} connects.py", workspace)
    assert output.ended_background
    assert output.stdout.endswith(EXPECTED), output.stderr


@needs_network
def test_it_works_under_the_helper_and_the_command(workspace: Path) -> None:
    for start in (confined, sandbox):
        done = start(sys.executable, "-c", CONNECTS, cwd=workspace)
        assert done.stdout.endswith(EXPECTED), done.stderr
        done = start(sys.executable, "-c", PATHS, ".", cwd=workspace)
        assert done.stdout == b"1 2\nall\n", done.stderr


@needs_network
def test_it_works_for_an_ordinary_user(workspace: Path) -> None:
    (workspace / "connects.py").write_text(CONNECTS)
    (workspace / "paths.py").write_text(PATHS)
    _, result = as_ordinary_user("both", workspace, f"{sys.executable} connects.py && {sys.executable} paths.py .")
    assert "'datagram', 'thread'" in result, result
    assert "'all'" in result, result


# --- where no network namespace can be made -------------------------------------------------------------

PAIRS = (
    ATTEMPTS
    + """
import asyncio
one, other = socket.socketpair()
attempt("send", lambda: one.send(b"xyz"))
attempt("recvmsg", lambda: other.recvmsg(1))
attempt("recv", lambda: other.recv(1))
attempt("read", lambda: os.read(other.fileno(), 1))
attempt("option", lambda: one.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE))
attempt("names", lambda: (one.getsockname(), one.getpeername()))
attempt("shutdown", lambda: one.shutdown(socket.SHUT_WR))
attempt("loop", lambda: asyncio.run(asyncio.to_thread(int)))
attempt("inet", lambda: socket.socket())
attempt("connect", lambda: socket.socket(socket.AF_UNIX).connect("host"))
attempt("bind", lambda: socket.socket(socket.AF_UNIX).bind("mine"))
attempt("sendto", lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"x", "host"))
attempt("sendmsg", lambda: one.sendmsg([b"x"]))
print(subprocess.run(["node", "-e", sys.argv[1]], capture_output=True, text=True).stdout if sys.argv[1:] else "")
"""
)
PERMITTED = ("send", "recvmsg", "recv", "read", "option", "names", "shutdown", "loop")
REFUSED = ("inet", "connect", "bind", "sendto", "sendmsg")


@pytest.mark.parametrize("namespaces", ["alone", "no networks"])
def test_elsewhere_connected_sockets_work_and_nothing_can_be_connected(workspace: Path, namespaces: str) -> None:
    (workspace / "pairs.py").write_text(PAIRS)
    found, result = as_ordinary_user(namespaces, workspace, f"{sys.executable} pairs.py")
    assert found == ("none" if namespaces == "alone" else "user")
    for name in PERMITTED:
        assert f"'{name}', 'ok'" in result, result
    for name in REFUSED:
        assert f"'{name}', 'EPERM'" in result, result


@needs_network
def test_this_machine_is_described_as_it_is() -> None:
    kernel = Kernel()
    assert kernel.private_network
    assert kernel.namespace == FOUND.namespace


# --- asking a socket for its peer ------------------------------------------------------------------------


@pytest.mark.parametrize("namespaces", ["both", "alone"])
def test_a_plain_shell_does_not_take_itself_for_a_remote_one(workspace: Path, namespaces: str) -> None:
    """Bash reads ~/.bashrc if its stdin is a socket, or if that is refused to tell; unless SHLVL tells it better."""
    (workspace / ".bashrc").write_text("echo startup files were read\n")
    script = f"exec env -i HOME={workspace} PATH=/usr/bin:/bin bash -c 'echo plain'"
    _, result = as_ordinary_user(namespaces, workspace, script)
    assert result.strip() == "0 ['plain']"


async def test_in_an_empty_environment_a_command_prints_nothing_of_its_own(workspace: Path) -> None:
    from octavo.process.run import run_command
    from octavo.sandbox.spec import sandbox_spec

    (workspace / ".bashrc").write_text("echo startup files were read\n")
    environ = {"HOME": str(workspace)}
    for policy in (WORKSPACE, ReadOnly()):
        output = await run_command(
            ["/bin/bash", "-c", "echo plain"],
            cwd=str(workspace),
            environ=environ,
            sandbox=sandbox_spec(policy, str(workspace), environ),
            timeout_ms=20_000,
            on_output=lambda stream, chunk: None,
        )
        assert output.aggregated == b"plain\n"


# --- shared memory ------------------------------------------------------------------------------------

MEMORY = """
import multiprocessing, os
from multiprocessing import shared_memory
def work(number):
    with lock:
        total.value += number
if __name__ == "__main__":
    lock, total = multiprocessing.Lock(), multiprocessing.Value("i", 0)
    piece = shared_memory.SharedMemory("octavo-test", create=True, size=1000)
    print(sorted(os.listdir("/dev/shm")))
    piece.unlink()
    with multiprocessing.Pool(2) as pool:
        print(pool.map(abs, range(-3, 0)))
    workers = [multiprocessing.Process(target=work, args=(number,)) for number in (1, 2, 3)]
    for worker in workers: worker.start()
    for worker in workers: worker.join()
    print(total.value, os.statvfs("/dev/shm").f_blocks * os.statvfs("/dev/shm").f_frsize >> 20)
"""


@needs_memory
@BOTH
async def test_processes_share_memory_and_locks(workspace: Path, policy: SandboxPolicy) -> None:
    output = await run([sys.executable, "-c", MEMORY], workspace, policy)
    assert output.stdout == b"['octavo-test']\n[3, 2, 1]\n6 256\n", output.stderr


@needs_memory
async def test_shared_memory_of_the_machine_is_neither_seen_nor_filled(workspace: Path) -> None:
    name = f"/dev/shm/octavo-test-{os.getpid()}"
    with open(name, "wb"):
        try:
            script = f"ls {name}; echo x > {name}; head -c 300M /dev/zero > /dev/shm/large; stat -c %s /dev/shm/large"
            output = await run(script, workspace)
            assert b"No such file" in output.stderr
            assert 255 << 20 < int(output.stdout) <= 256 << 20
            assert os.path.getsize(name) == 0
            assert not os.path.exists("/dev/shm/large")
        finally:
            os.unlink(name)


@needs_memory
async def test_a_workspace_in_shared_memory_stays_what_it_is() -> None:
    folder = Path(f"/dev/shm/octavo-test-{os.getpid()}")
    folder.mkdir()
    try:
        assert (await run("echo x > made; ls", folder)).stdout == b"made\n"
        assert (await run("ls", folder, ReadOnly())).stdout == b"made\n"
    finally:
        subprocess.run(["rm", "-rf", folder], check=True)


@needs_memory
async def test_devices_cannot_be_made_in_shared_memory(workspace: Path) -> None:
    output = await run("mknod /dev/shm/disk b 7 0 || echo refused; chmod u+s /dev/shm 2>&1; true", workspace)
    assert b"refused" in output.stdout


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder
