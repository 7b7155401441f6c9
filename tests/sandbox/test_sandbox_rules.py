"""The rules as plain values: roots, environment, denials, the profile of macOS, the filter program."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from octavo.process.foreground import SandboxUnavailableError, run_seatbelt, run_windows
from octavo.protocol.policy import DangerFullAccess, ReadOnly, SandboxPolicy, WorkspaceWrite
from octavo.sandbox.denial import explain_denial, is_likely_denied
from octavo.sandbox.environment import child_environment
from octavo.sandbox.linux.seccomp import build_filter
from octavo.sandbox.roots import WritableRoot, writable_roots
from octavo.sandbox.seatbelt import seatbelt_command
from octavo.sandbox.spec import SandboxSpec, sandbox_spec


class TestRoots:
    def test_they_come_in_their_order_with_duplicates(self, tmp_path: Path) -> None:
        roots = writable_roots(WorkspaceWrite(("/data", "/w")), "/w", {"TMPDIR": str(tmp_path)})
        assert [root.root for root in roots] == ["/data", "/w", "/w", "/tmp", str(tmp_path)]

    def test_the_temporary_folders_can_be_left_out(self) -> None:
        policy = WorkspaceWrite(exclude_slash_tmp=True, exclude_tmpdir_env_var=True)
        assert [root.root for root in writable_roots(policy, "/w", {"TMPDIR": "/t"})] == ["/w"]
        assert [root.root for root in writable_roots(WorkspaceWrite(exclude_slash_tmp=True), "/w", {"TMPDIR": ""})] == [
            "/w"
        ]

    @pytest.mark.parametrize("policy", [ReadOnly(), DangerFullAccess()])
    def test_other_modes_have_none(self, policy: SandboxPolicy) -> None:
        assert writable_roots(policy, "/w", {}) == ()

    def test_a_git_folder_is_read_only_and_a_git_file_is_not(self, tmp_path: Path) -> None:
        (tmp_path / "a/.git").mkdir(parents=True)
        (tmp_path / "b").mkdir()
        (tmp_path / "b/.git").touch()
        policy = WorkspaceWrite((str(tmp_path / "a"),), exclude_slash_tmp=True)
        first, second = writable_roots(policy, str(tmp_path / "b"), {})
        assert first.read_only == (str(tmp_path / "a/.git"),)
        assert second.read_only == ()

    def test_paths_are_compared_by_component(self) -> None:
        root = WritableRoot("/w", ("/w/.git",))
        assert root.allows("/w")
        assert root.allows("/w/.gitignore")
        assert not root.allows("/w/.git/config")
        assert not root.allows("/workspace")
        assert WritableRoot("/").allows("/anything")


class TestEnvironment:
    PARENT = {  # noqa: RUF012
        "HOME": "/h", "PATH": "/bin", "MY_API_KEY": "1", "my_secret": "2", "mytoken": "3",
        "CODEX_HOME": "/c", "A1": "x",
    }  # fmt: skip

    def test_secrets_are_dropped_and_the_closed_network_is_marked(self) -> None:
        assert child_environment(self.PARENT, ReadOnly()) == {
            "HOME": "/h", "PATH": "/bin", "CODEX_HOME": "/c", "A1": "x", "CODEX_SANDBOX_NETWORK_DISABLED": "1",
        }  # fmt: skip

    @pytest.mark.parametrize("policy", [DangerFullAccess(), WorkspaceWrite(network_access=True)])
    def test_an_open_network_is_not_marked(self, policy: SandboxPolicy) -> None:
        assert "CODEX_SANDBOX_NETWORK_DISABLED" not in child_environment(self.PARENT, policy)

    def test_inheriting_less(self) -> None:
        policy = DangerFullAccess()
        assert child_environment(self.PARENT, policy, inherit="core") == {"HOME": "/h", "PATH": "/bin"}
        assert child_environment(self.PARENT, policy, inherit="none", set_={"KEY": "1"}) == {"KEY": "1"}

    def test_patterns_match_whole_names_in_any_case(self) -> None:
        kept = child_environment(
            self.PARENT, DangerFullAccess(), ignore_default_excludes=True, exclude=["my*", "a?", "om"]
        )
        assert sorted(kept) == ["CODEX_HOME", "HOME", "PATH"]

    def test_what_is_set_is_never_excluded_but_can_be_filtered(self) -> None:
        policy = DangerFullAccess()
        kept = child_environment(self.PARENT, policy, exclude=["A1"], set_={"A1": "y", "B_TOKEN": "z"})
        assert (kept["A1"], kept["B_TOKEN"]) == ("y", "z")
        assert child_environment(self.PARENT, policy, set_={"A1": "y"}, include_only=["path", "*home"]) == {
            "PATH": "/bin", "HOME": "/h", "CODEX_HOME": "/c",
        }  # fmt: skip


def denied(exit_code: int, stderr: bytes = b"", stdout: bytes = b"", *, timed_out: bool = False) -> bool:
    return is_likely_denied(
        exit_code=exit_code, timed_out=timed_out, stdout=stdout, stderr=stderr, aggregated=stdout + stderr
    )


class TestDenial:
    def test_words_of_a_refusal_count_for_any_failure(self) -> None:
        for code in (1, 2, 126, 127):
            assert denied(code, b"x: Permission Denied")
        assert denied(1, stdout=b"Read-only file system")
        assert denied(1, b"Failed to write file a.txt")

    def test_success_timeouts_and_other_failures_do_not_count(self) -> None:
        assert not denied(0, b"permission denied")
        assert not denied(124, b"permission denied", timed_out=True)
        assert not denied(1, b"no such file")
        assert not denied(127, b"command not found")

    def test_death_by_the_filter_counts(self) -> None:
        assert denied(159)

    @pytest.mark.parametrize(
        ("output", "expected"),
        [
            (b"bash: line 1: /etc/new: Permission denied\n", "refused a change to /etc/new: only /w, /tmp may"),
            (b"touch: cannot touch '/etc/a b': Read-only file system\n", "refused a change to /etc/a b"),
            (b"x: /tmp/f: Permission denied\ny: /etc/f: Permission denied\n", "refused a change to /etc/f"),
            (b"Failed to write file ../etc/x\n", "refused a change to ../etc/x"),
            (b"bash: .git/hooks/x: Read-only file system\n", "keeps .git/hooks/x as it is"),
            (b"error: could not lock config file .git/config: Read-only file system\n", "keeps .git/config as it is"),
            (b"touch: cannot touch '.codex/x': Read-only file system\n", "keeps .codex/x as it is"),
            (b"curl: (6) Could not resolve host: example.com\n", "refused the network"),
            (b"socket.connect\nPermissionError: [Errno 1] Operation not permitted\n", "refused the network"),
            (b"Operation not permitted\n", "may have refused something: only /w, /tmp may be written"),
        ],
    )
    def test_the_explanation_names_what_and_which_setting(self, output: bytes, expected: str) -> None:
        spec = SandboxSpec(WorkspaceWrite(), "/w", (WritableRoot("/w"), WritableRoot("/tmp")))
        line = explain_denial(spec, output, "/w")
        assert line is not None
        assert expected in line
        assert "\n" not in line
        assert "sandbox_" in line

    @pytest.mark.parametrize(
        "output",
        [
            b"strange\n",
            b"FAILED test_the_sandbox - AssertionError\n",
            b"INFO landlock and seccomp are fine\n",
            b"bash: /w/made: Permission denied\n",
            b"bash: made: Permission denied\n",
            b"git@example.com: Permission denied (publickey).\n",
        ],
    )
    def test_what_no_rule_forbids_is_not_blamed_on_the_sandbox(self, output: bytes) -> None:
        spec = SandboxSpec(WorkspaceWrite(), "/w", (WritableRoot("/w"),))
        assert explain_denial(spec, output, "/w") is None

    def test_without_protections_only_the_roots_count(self) -> None:
        spec = SandboxSpec(WorkspaceWrite(), "/w", (WritableRoot("/w"),), protections=False)
        assert explain_denial(spec, b".git/config: Permission denied", "/w") is None

    def test_in_read_only_the_explanation_points_to_the_mode(self) -> None:
        line = explain_denial(SandboxSpec(ReadOnly(), "/w", ()), b"bash: made: Permission denied", "/w")
        assert line is not None
        assert "a change to made" in line
        assert 'sandbox_mode = "workspace-write"' in line


class TestSeatbelt:
    def command(self, policy: SandboxPolicy, *roots: WritableRoot) -> tuple[list[str], dict[str, str]]:
        return seatbelt_command(["echo", "x"], {"A": "b"}, SandboxSpec(policy, "/w", roots))

    def test_the_program_is_absolute_and_the_environment_marked(self) -> None:
        argv, environ = self.command(ReadOnly())
        assert argv[:2] == ["/usr/bin/sandbox-exec", "-p"]
        assert argv[3:] == ["--", "echo", "x"]
        assert environ == {"A": "b", "CODEX_SANDBOX": "seatbelt"}

    def test_read_only_allows_no_write_and_no_network(self) -> None:
        profile = self.command(ReadOnly())[0][2]
        assert "(deny default)" in profile
        assert "(allow file-read*)" in profile
        assert "file-write*" not in profile
        assert "network" not in profile

    def test_roots_are_parameters_without_their_git_folders(self) -> None:
        argv, _ = self.command(
            WorkspaceWrite(network_access=True), WritableRoot("/w", ("/w/.git",)), WritableRoot("/data")
        )
        assert "-DWRITABLE_ROOT_0=/w" in argv
        assert "-DWRITABLE_ROOT_0_RO_0=/w/.git" in argv
        assert "-DWRITABLE_ROOT_1=/data" in argv
        assert (
            '(require-all (subpath (param "WRITABLE_ROOT_0")) '
            '(require-not (subpath (param "WRITABLE_ROOT_0_RO_0"))))\n  (subpath (param "WRITABLE_ROOT_1"))'
        ) in argv[2]
        assert "(allow network-outbound)" in argv[2]

    def test_full_access_writes_everywhere(self) -> None:
        assert '(allow file-write* (regex #"^/"))' in self.command(DangerFullAccess())[0][2]

    def test_the_profile_is_balanced(self) -> None:
        profile = self.command(WorkspaceWrite(), WritableRoot("/w", ("/w/.git",)))[0][2]
        code = "\n".join(line.partition(";")[0] for line in profile.split("\n"))
        assert code.count("(") == code.count(")")

    def test_elsewhere_it_does_not_exist(self) -> None:
        if os.path.exists("/usr/bin/sandbox-exec"):
            return
        with pytest.raises(SandboxUnavailableError, match="No such file or directory"):
            run_seatbelt(["true"], SandboxSpec(ReadOnly(), "/", ()), {})

    def test_windows_does_not_exist_here(self) -> None:
        with pytest.raises(SandboxUnavailableError, match="Windows sandbox is only available on Windows"):
            run_windows()


def outcome(program: bytes, *, architecture: int, number: int, arguments: tuple[int, ...] = ()) -> str:
    """Run a filter as the kernel would."""
    data = struct.pack("=IIQ", number, architecture, 0) + struct.pack("=6Q", *(*arguments, 0, 0, 0, 0, 0, 0)[:6])
    steps = list(struct.iter_unpack("HBBI", program))
    at = value = 0
    while True:
        code, if_true, if_false, operand = steps[at]
        at += 1
        if code == 0x20:
            (value,) = struct.unpack_from("=I", data, operand)
        elif code == 0x15:
            at += if_true if value == operand else if_false
        elif code == 0x45:
            at += if_true if value & operand else if_false
        elif code == 0x54:
            value &= operand
        elif code == 0x35:
            at += if_true if value >= operand else if_false
        else:
            return {
                0x7FFF0000: "allow",
                0x00050001: "refuse",
                0x80000000: "kill",
                0x7FC00000: "ask",
                0x00050026: "not there",
            }[operand]


class TestFilter:
    @pytest.mark.parametrize(
        ("machine", "architecture", "connect", "recvfrom", "socket", "chmod", "ioctl"),
        [("x86_64", 0xC000003E, 42, 45, 41, 90, 16), ("aarch64", 0xC00000B7, 203, 207, 198, 53, 29)],
    )
    def test_the_network(
        self, machine: str, architecture: int, connect: int, recvfrom: int, socket: int, chmod: int, ioctl: int
    ) -> None:
        program = build_filter(machine, network="refused", refuse_metadata=False)

        def judge(number: int, *arguments: int) -> str:
            return outcome(program, architecture=architecture, number=number, arguments=arguments)

        assert judge(connect) == "refuse"
        assert judge(recvfrom) == judge(chmod) == judge(ioctl, 1, 0x40086602) == "allow"
        assert judge(425) == judge(426) == judge(427) == "refuse"
        assert judge(socket, 1) == judge(socket, (5 << 32) | 1) == "allow"
        assert judge(socket, 2) == judge(socket, 10) == judge(socket + 1 if machine == "aarch64" else 53, 2) == "refuse"
        assert outcome(program, architecture=0x40000003, number=0) == "kill"

    @pytest.mark.parametrize(("machine", "sendto", "recvmsg"), [("x86_64", 44, 47), ("aarch64", 206, 212)])
    def test_without_a_private_network_connected_sockets_can_be_used(
        self, machine: str, sendto: int, recvmsg: int
    ) -> None:
        program = build_filter(machine, network="refused", refuse_metadata=False)
        architecture = 0xC000003E if machine == "x86_64" else 0xC00000B7

        def judge(number: int, *arguments: int) -> str:
            return outcome(program, architecture=architecture, number=number, arguments=arguments)

        assert judge(sendto, 3, 0, 0, 0, 0, 0) == judge(recvmsg) == "allow"
        assert judge(sendto, 3, 0, 0, 0, 5, 0) == judge(sendto, 3, 0, 0, 0, 1 << 32, 16) == "refuse"

    @pytest.mark.parametrize(
        ("machine", "connect", "listen", "socket", "setns"),
        [("x86_64", 42, 50, 41, 308), ("aarch64", 203, 201, 198, 268)],
    )
    def test_a_private_network(self, machine: str, connect: int, listen: int, socket: int, setns: int) -> None:
        program = build_filter(machine, network="private", refuse_metadata=False)
        architecture = 0xC000003E if machine == "x86_64" else 0xC00000B7

        def judge(number: int, *arguments: int) -> str:
            return outcome(program, architecture=architecture, number=number, arguments=arguments)

        unix, inet, inet6, netlink, packet = 1, 2, 10, 16, 17
        stream, datagram, raw, sequenced, nonblocking = 1, 2, 3, 5, 0o4000
        assert judge(connect) == judge(listen) == "ask"
        assert judge(setns) == "refuse"
        for family in (inet, inet6):
            assert judge(socket, family, stream | nonblocking, 0) == judge(socket, family, datagram, 17) == "allow"
            assert judge(socket, family, raw, 1) == judge(socket, family, datagram, 1) == "refuse"
        assert judge(socket, unix, stream) == judge(socket, unix, sequenced | nonblocking) == "allow"
        assert judge(socket, unix, datagram) == judge(socket, unix, raw) == judge(socket, packet, raw) == "refuse"
        pair = 53 if machine == "x86_64" else 199
        assert judge(pair, unix, stream) == "allow"
        assert judge(pair, unix, datagram | nonblocking) == "ask"
        assert judge(pair, unix, raw) == judge(pair, inet, stream) == "refuse"
        assert judge(socket, netlink, raw, 0) == "allow"
        assert judge(socket, netlink, raw, 12) == "refuse"
        for number in (56, 272) if machine == "x86_64" else (220, 97):
            assert judge(number, 0x10000000) == judge(number, 17) == "allow"
            assert judge(number, 0x50000000) == "refuse"
        assert judge(435) == "not there"

    def test_metadata(self) -> None:
        program = build_filter("x86_64", network="open", refuse_metadata=True)

        def judge(number: int, *arguments: int) -> str:
            return outcome(program, architecture=0xC000003E, number=number, arguments=arguments)

        assert judge(90) == judge(280) == judge(452) == judge(16, 3, 0x40086602) == "refuse"
        assert judge(16, 3, 0x5401) == judge(42) == judge(41, 2) == "allow"
        assert judge(0x40000000 + 1) == "kill"


def test_full_access_needs_no_sandbox() -> None:
    assert sandbox_spec(DangerFullAccess(), "/w", {}) is None
