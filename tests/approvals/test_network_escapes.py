"""What a command tries in order to get out of its private network, or to talk somebody outside into helping it."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from octavo.process.run import CommandOutput, run_command
from octavo.protocol.policy import ReadOnly, SandboxPolicy, WorkspaceWrite
from octavo.sandbox.capabilities import capabilities
from octavo.sandbox.spec import sandbox_spec

FOUND = capabilities()
WORKSPACE = WorkspaceWrite(exclude_slash_tmp=True, exclude_tmpdir_env_var=True)
pytestmark = pytest.mark.skipif(not FOUND.private_network, reason="this machine allows no network namespace")

PRELUDE = """
import ctypes, errno, os, platform, socket, struct, sys, threading
X86 = platform.machine() == "x86_64"
libc = ctypes.CDLL(None, use_errno=True)
def attempt(name, what):
    try:
        print(name, what() or "ok")
    except OSError as error:
        print(name, errno.errorcode.get(error.errno, error.errno))
def call(name, x86, arm, *arguments):
    result = libc.syscall(ctypes.c_long(x86 if X86 else arm), *map(ctypes.c_long, arguments))
    print(name, "ok" if result >= 0 else errno.errorcode[ctypes.get_errno()])
def unix(kind=socket.SOCK_STREAM):
    return socket.socket(socket.AF_UNIX, kind)
"""


class Outside:
    """A listening socket of this process, outside of every sandbox; `visitors` counts who got through."""

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        listener.listen(64)
        listener.setblocking(False)

    @property
    def visitors(self) -> int:
        found = 0
        while True:
            try:
                self.listener.accept()[0].close()
            except BlockingIOError:
                return found
            found += 1


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "w"
    folder.mkdir()
    return folder


@pytest.fixture
def sockets() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def outside_unix(sockets: ExitStack, path: str, kind: int = socket.SOCK_STREAM) -> Outside:
    listener = sockets.enter_context(socket.socket(socket.AF_UNIX, kind))
    listener.bind(path)
    if not path.startswith("\0"):
        os.chmod(path, 0o777)
    return Outside(listener)


async def attempt(script: str, workspace: Path, policy: SandboxPolicy = WORKSPACE, *words: str) -> CommandOutput:
    environ = dict(os.environ)
    return await run_command(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(script), *words],
        cwd=str(workspace),
        environ=environ,
        sandbox=sandbox_spec(policy, str(workspace), environ),
        timeout_ms=60_000,
        on_output=lambda stream, chunk: None,
    )


async def lines(script: str, workspace: Path, policy: SandboxPolicy = WORKSPACE, *words: str) -> list[str]:
    output = await attempt(script, workspace, policy, *words)
    assert output.exit_code == 0, output.stderr.decode()
    return output.stdout.decode().splitlines()


# --- addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", [WORKSPACE, ReadOnly()], ids=["workspace-write", "read-only"])
async def test_no_address_of_the_machine_or_beyond_is_reached(
    workspace: Path, sockets: ExitStack, policy: SandboxPolicy
) -> None:
    servers = [Outside(sockets.enter_context(socket.create_server(("127.0.0.1", 0))))]
    if socket.has_dualstack_ipv6():
        servers.append(Outside(sockets.enter_context(socket.create_server(("::1", 0), family=socket.AF_INET6))))
    ports = [server.listener.getsockname()[1] for server in servers]
    script = """
        for port in map(int, sys.argv[1:]):
            for host in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
                family = socket.AF_INET6 if ":" in host else socket.AF_INET
                attempt("own", lambda: socket.socket(family).connect((host, port)))
        attempt("outside", lambda: socket.socket().connect(("192.0.2.1", 80)))
        attempt("outside6", lambda: socket.socket(socket.AF_INET6).connect(("2001:db8::1", 80)))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        attempt("udp", lambda: udp.sendto(b"x", ("192.0.2.1", 53)) and "sent")
        attempt("broadcast", lambda: udp.sendto(b"x", ("255.255.255.255", 67)) and "sent")
        attempt("multicast", lambda: udp.sendto(b"x", ("224.0.0.251", 5353)) and "sent")
        attempt("fast open", lambda: socket.socket().sendto(b"x", 0x20000000, ("192.0.2.1", 80)) and "sent")
    """
    found = await lines(script, workspace, policy, *map(str, ports))
    assert not [line for line in found if line.endswith((" ok", " sent"))], found
    assert [server.visitors for server in servers] == [0] * len(servers)


async def test_one_command_does_not_reach_the_servers_of_another(workspace: Path) -> None:
    os.mkfifo(workspace / "gate")
    server = """
        with socket.create_server(("127.0.0.1", 4711)) as server, unix() as named:
            named.bind("\\0between-commands")
            named.listen()
            path = unix(); path.bind("socket"); path.listen()
            open("ready", "w").close()
            open("gate").read()
            server.setblocking(False)
            attempt("server", server.accept)
            path.setblocking(False)
            attempt("path", path.accept)
    """
    client = """
        attempt("port", lambda: socket.create_connection(("127.0.0.1", 4711)))
        attempt("name", lambda: unix().connect("\\0between-commands"))
        attempt("path", lambda: unix().connect("socket"))
    """
    serving = asyncio.create_task(lines(server, workspace))
    while not (workspace / "ready").exists():
        await asyncio.sleep(0.01)
    reached = await lines(client, workspace)
    (workspace / "gate").write_text("go")
    assert reached == ["port ECONNREFUSED", "name ECONNREFUSED", "path EPERM"]
    assert await serving == ["server EAGAIN", "path EAGAIN"]


# --- sockets with a path -----------------------------------------------------------------------------


@pytest.mark.parametrize("policy", [WORKSPACE, ReadOnly()], ids=["workspace-write", "read-only"])
async def test_no_socket_of_the_machine_is_reached_by_its_path_or_name(
    workspace: Path, sockets: ExitStack, policy: SandboxPolicy
) -> None:
    path, packets = str(workspace / "host"), str(workspace / "packets")
    name = f"\0octavo-{os.getpid()}"
    found = [
        outside_unix(sockets, path),
        outside_unix(sockets, packets, socket.SOCK_SEQPACKET),
        outside_unix(sockets, name),
    ]
    os.symlink(path, workspace / "link")
    os.link(path, workspace / "hard")
    script = """
        path, packets, name = sys.argv[1], sys.argv[2], "\\0" + sys.argv[3]
        for target in (path, "host", "./host", "link", "hard", "/proc/self/cwd/host", "/proc/self/root" + path):
            attempt("path", lambda: unix().connect(target))
        attempt("packets", lambda: unix(socket.SOCK_SEQPACKET).connect(packets))
        attempt("name", lambda: unix().connect(name))
        attempt("stream with address", lambda: unix().sendto(b"x", path))
        attempt("message with address", lambda: unix().sendmsg([b"x"], [], 0, path))
        attempt("packet with address", lambda: unix(socket.SOCK_SEQPACKET).sendto(b"x", packets))
    """
    reached = await lines(script, workspace, policy, path, packets, name[1:])
    assert [server.visitors for server in found] == [0, 0, 0]
    assert not [line for line in reached if line.endswith(" ok")], reached
    assert reached[:5] == ["path EPERM"] * 5


async def test_no_datagram_reaches_a_socket_of_the_machine(workspace: Path, sockets: ExitStack) -> None:
    receiver = sockets.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
    receiver.bind(str(workspace / "log"))
    receiver.setblocking(False)
    script = """
        for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
            attempt("socket", lambda: unix(kind).sendto(b"x", "log"))
            attempt("pair", lambda: socket.socketpair(socket.AF_UNIX, kind)[0].sendto(b"x", "log"))
        one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        attempt("connected", lambda: libc.connect(one.fileno(), struct.pack("H", 1) + b"log", 5) and "refused")
        attempt("bound", lambda: (one.bind("\\0" + sys.argv[1]), one.listen()))
        attempt("packets", lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)[0].sendto(b"x", "log"))
    """
    name = f"octavo-pair-{os.getpid()}"
    reached = await lines(script, workspace, WORKSPACE, name)
    assert [reached[0], *reached[2:4]] == ["socket EPERM", "socket EPERM", "pair EPERM"]
    with pytest.raises(BlockingIOError):
        receiver.recv(1)
    assert f"@{name}" not in Path("/proc/net/unix").read_text(), "a name in the network of everybody"


async def test_a_path_that_comes_to_lead_to_a_socket_of_the_machine_is_not_followed(
    workspace: Path, sockets: ExitStack
) -> None:
    host = outside_unix(sockets, str(workspace / "host"))
    script = """
        own = unix(); own.bind("own"); own.listen()
        attempt("own", lambda: unix().connect("own"))
        os.rename("own", "moved"); os.link("host", "own")
        attempt("exchanged", lambda: unix().connect("own"))
        attempt("moved", lambda: unix().connect("moved"))
    """
    assert await lines(script, workspace) == ["own ok", "exchanged EPERM", "moved ok"]
    assert host.visitors == 0


RACE = """
    import time
    own = unix(); own.bind("own"); own.listen(4096); own.setblocking(False)
    AF_UNIX = struct.pack("H", socket.AF_UNIX)
    good, evil = AF_UNIX + b"./own\\0", AF_UNIX + b"./host"
    memory = ctypes.create_string_buffer(good, len(good))
    stop = False
    def exchange():
        while not stop:
            {exchange}
    threading.Thread(target=exchange).start()
    ends = time.monotonic() + 3
    count = 0
    while time.monotonic() < ends:
        {connect}
        count += 1
        try:
            own.accept()[0].close()  # else the queue is full before long, and connecting waits
        except BlockingIOError:
            pass
    stop = True
    print(count > 50)
"""


@pytest.mark.parametrize(
    ("exchange", "connect"),
    [
        (
            "ctypes.memmove(memory, evil, len(evil)); ctypes.memmove(memory, good, len(good))",
            "one = unix(); libc.connect(one.fileno(), memory, len(good)); one.close()",
        ),
        (
            "os.rename('a', 'b'); os.symlink('host', 'a'); os.unlink('a'); os.rename('b', 'a')",
            "one = unix(); libc.connect(one.fileno(), AF_UNIX + b'./a\\0', 6); one.close()",
        ),
        (
            "os.dup2(tcp.fileno(), place.fileno()); os.dup2(local.fileno(), place.fileno())",
            "local = unix(); libc.connect(place.fileno(), memory, len(good))",
        ),
    ],
    ids=["the address", "the path", "the socket"],
)
async def test_what_is_exchanged_while_it_is_looked_at_does_not_count(
    workspace: Path, sockets: ExitStack, exchange: str, connect: str
) -> None:
    host = outside_unix(sockets, str(workspace / "host"))
    before = "os.symlink('own', 'a')\n    " if "'a'" in exchange else ""
    before += "local = unix(); tcp = socket.socket(); place = unix()\n    " if "tcp" in exchange else ""
    if "tcp" in exchange:
        connect = connect.replace("memory, len(good)", "evil + b'\\0', len(evil) + 1")
    script = RACE.replace("stop = False", f"{before}stop = False").format(exchange=exchange, connect=connect)
    assert await lines(script, workspace) == ["True"]
    assert host.visitors == 0


# --- other kinds of sockets ---------------------------------------------------------------------------


async def test_no_socket_that_sees_or_changes_more_than_its_own_traffic(workspace: Path) -> None:
    script = """
        kinds = {
            "raw": (socket.AF_INET, socket.SOCK_RAW, 1), "raw6": (socket.AF_INET6, socket.SOCK_RAW, 58),
            "ping": (socket.AF_INET, socket.SOCK_DGRAM, 1), "sctp": (socket.AF_INET, socket.SOCK_STREAM, 132),
            "packet": (socket.AF_PACKET, socket.SOCK_RAW, 0), "machine": (40, socket.SOCK_STREAM, 0),
            "crypto": (38, socket.SOCK_SEQPACKET, 0), "bluetooth": (31, socket.SOCK_RAW, 1), "key": (15, 3, 2),
            "firewall": (socket.AF_NETLINK, socket.SOCK_RAW, 12), "diagnosis": (socket.AF_NETLINK, socket.SOCK_RAW, 4),
            "audit": (socket.AF_NETLINK, socket.SOCK_RAW, 9), "events": (socket.AF_NETLINK, socket.SOCK_RAW, 15),
            "generic": (socket.AF_NETLINK, socket.SOCK_RAW, 16),
        }
        for name, (family, kind, protocol) in kinds.items():
            attempt(name, lambda: socket.socket(family, kind, protocol).close())
    """
    assert {line.split()[-1] for line in await lines(script, workspace)} == {"EPERM"}


NETLINK = """
    def ask(kind, flags, body):
        route = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        route.bind((0, 0))
        route.send(struct.pack("IHHII", 16 + len(body), kind, flags, 1, 0) + body)
        answer = route.recv(65536)
        if struct.unpack_from("H", answer, 4)[0] == 2:
            code = struct.unpack_from("i", answer, 16)[0]
            if code:
                raise OSError(-code, "refused")
    attempt("interfaces", lambda: ask(18, 0x301, struct.pack("BxHiII", 0, 0, 0, 0, 0)))
    attempt("down", lambda: ask(16, 5, struct.pack("BxHiII", 0, 0, 1, 0, 1)))
    own = struct.pack("BBBBi", 2, 32, 0, 0, 1) + struct.pack("HH4s", 8, 2, bytes(4))
    attempt("address", lambda: ask(20, 0x605, own))
    attempt("route", lambda: ask(24, 0x605, struct.pack("BBBBBBBBI", 2, 0, 0, 0, 254, 3, 0, 1, 0)))
    new = struct.pack("BxHiII", 0, 0, 0, 0, 0) + struct.pack("HH8s", 12, 3, b"dummy0")
    attempt("new", lambda: ask(16, 0x605, new))
"""


async def test_interfaces_and_routes_can_be_read_and_not_changed(workspace: Path) -> None:
    found = await lines(NETLINK, workspace)
    assert found[0] == "interfaces ok"
    assert {line.split()[-1] for line in found[1:]} == {"EPERM"}, found


async def test_requests_that_configure_an_interface_are_refused(workspace: Path) -> None:
    script = """
        import fcntl
        any_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        attempt("down", lambda: fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 0)) and None)
        attempt("own network's settings", lambda: open("/proc/sys/net/ipv4/ip_forward", "w").write("1") and None)
    """
    found = dict(line.rsplit(" ", 1) for line in await lines(script, workspace))
    assert found["down"] == "EPERM"
    assert found["own network's settings"] in ("EACCES", "EROFS")


# --- other networks ------------------------------------------------------------------------------------


async def test_no_other_network_can_be_entered(workspace: Path) -> None:
    script = """
        for process in (1, os.getppid(), int(sys.argv[1])):
            attempt("open", lambda: os.open(f"/proc/{process}/ns/net", os.O_RDONLY))
        own = os.open("/proc/self/ns/net", os.O_RDONLY)
        call("enter", 308, 268, own, 0)
    """
    assert await lines(script, workspace, WORKSPACE, str(os.getpid())) == ["open EACCES"] * 3 + ["enter EPERM"]


async def test_a_user_namespace_inside_gives_no_right_over_the_network(workspace: Path, sockets: ExitStack) -> None:
    """Whoever makes a user namespace has all rights in it, also over a network that is made below it."""
    host = outside_unix(sockets, str(workspace / "host"))
    named = outside_unix(sockets, f"\0octavo-nested-{os.getpid()}")
    script = """
        own = unix(); own.bind("own"); own.listen()
        new_user, new_network = 0x10000000, 0x40000000
        call("both", 272, 97, new_user | new_network)
        call("both in a child", 56, 220, new_user | new_network | 17, 0, 0, 0, 0)
        call("the newer way", 435, 435, 0, 0)
        if libc.unshare(new_user) == 0:
            call("then a network", 272, 97, new_network)
            attempt("path", lambda: unix().connect("host"))
            attempt("name", lambda: unix().connect("\\0" + sys.argv[1]))
            attempt("raw", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
            attempt("packet", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0))
            attempt("firewall", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12))
            any_socket = socket.socket()
            attempt("rules", lambda: any_socket.setsockopt(0, 64, bytes(96)))
            attempt("own", lambda: unix().connect("own"))
    """
    found = await lines(script, workspace, WORKSPACE, named.listener.getsockname()[1:].decode())
    answers = {name: answer for name, _, answer in (line.rpartition(" ") for line in found)}
    allowed = {"the newer way": "ENOSYS", "name": "ECONNREFUSED", "own": "ok"}
    assert {name: answer for name, answer in answers.items() if answer != "EPERM"} == {
        name: answer for name, answer in allowed.items() if name in answers
    }
    assert (host.visitors, named.visitors) == (0, 0)


# --- those who watch ----------------------------------------------------------------------------------


async def test_those_who_connect_for_a_command_are_out_of_its_reach(workspace: Path) -> None:
    script = """
        server = socket.create_server(("127.0.0.1", 0))
        socket.create_connection(server.getsockname())  # from now on there is a broker
        watcher = os.getppid()
        children = open(f"/proc/{watcher}/task/{watcher}/children").read().split()
        memory = ctypes.create_string_buffer(8)
        vector = struct.pack("QQ", ctypes.addressof(memory), 8)
        piece = ctypes.addressof(kept := ctypes.create_string_buffer(vector, 16))
        (broker,) = [int(child) for child in children if int(child) != os.getpid()]
        for process in (watcher, broker):
            attempt("memory", lambda: os.open(f"/proc/{process}/mem", os.O_RDONLY))
            attempt("file", lambda: os.readlink(f"/proc/{process}/fd/0"))
            attempt("network", lambda: os.open(f"/proc/{process}/ns/net", os.O_RDONLY))
            attempt("kill", lambda: os.kill(process, 9))
            call("ptrace", 101, 117, 16, process, 0, 0)
            call("process_vm_readv", 310, 270, process, piece, 1, piece, 1, 0)
            number = os.pidfd_open(process)
            call("pidfd_getfd", 438, 438, number, 3, 0)
        attempt("still there", lambda: socket.create_connection(server.getsockname()) and None)
    """
    found = await lines(script, workspace)
    assert {line.split()[-1] for line in found[:-1]} == {"EPERM", "EACCES"}, found
    assert found[-1] == "still there ok"


async def test_a_command_is_given_no_socket_and_no_listener(workspace: Path) -> None:
    script = "print([os.readlink(f'/proc/self/fd/{n}') for n in range(3, 64) if os.path.islink(f'/proc/self/fd/{n}')])"
    assert await lines(script, workspace) == ["[]"]


async def test_wrong_arguments_harm_only_who_passes_them(workspace: Path) -> None:
    script = """
        server = socket.create_server(("127.0.0.1", 0))
        tcp = socket.socket()
        address = struct.pack("HH4s8x", socket.AF_INET, 0, bytes(4))
        for arguments in (
            (tcp.fileno(), 0, 16), (tcp.fileno(), -1, 16), (tcp.fileno(), 1 << 62, 16), (-1, id(address), 16),
            (999, id(address), 16), (tcp.fileno(), id(address), -1), (tcp.fileno(), id(address), 1 << 20),
            (tcp.fileno(), id(address), 0), (0, id(address), 16),
        ):
            call("connect", 42, 203, *arguments)
        for number in (-1, 999, 0):
            call("listen", 50, 201, number, 1)
        attempt("after all that", lambda: socket.create_connection(server.getsockname()) and None)
    """
    found = await lines(script, workspace)
    assert found[-1] == "after all that ok"
    assert not [line for line in found[:-1] if line.endswith(" ok")], found
    assert [line.split()[-1] for line in found[:4]] == ["EFAULT", "EFAULT", "EFAULT", "EBADF"]


async def test_asking_about_what_is_no_socket_uses_nothing_up(workspace: Path) -> None:
    script = """
        server = socket.create_server(("127.0.0.1", 0))
        address = ctypes.create_string_buffer(struct.pack("H14x", socket.AF_INET))
        file = os.open("/dev/null", os.O_RDONLY)
        for _ in range(100):
            libc.connect(file, address, 16)
        watcher = os.getppid()
        children = open(f"/proc/{watcher}/task/{watcher}/children").read().split()
        open("broker", "w").write(*(child for child in children if int(child) != os.getpid()))
        open("gate").read()
    """
    os.mkfifo(workspace / "gate")
    asking = asyncio.create_task(lines(script, workspace))
    while not (workspace / "broker").exists():
        await asyncio.sleep(0.01)
    with await asyncio.to_thread(open, workspace / "gate", "w"):
        held = os.listdir(f"/proc/{int((workspace / 'broker').read_text())}/fd")
    assert await asking == []
    assert len(held) < 50


async def test_a_connection_that_hangs_keeps_nobody_from_anything(workspace: Path) -> None:
    """A queue that is full holds who connects up for minutes; neither others nor the end of the command wait."""
    script = """
        full = socket.socket(); full.bind(("127.0.0.1", 0)); full.listen(0)
        for _ in range(8):
            threading.Thread(target=lambda: socket.create_connection(full.getsockname()), daemon=True).start()
        import time
        server = socket.create_server(("127.0.0.1", 0))
        attempt("another", lambda: socket.create_connection(server.getsockname()) and None)
        sys.stdout.flush()
        os._exit(0)
    """
    assert await lines(script, workspace) == ["another ok"]
