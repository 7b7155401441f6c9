"""The profile that confines commands on macOS, as text: it can be written and read anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from octavo.protocol.policy import DangerFullAccess, ReadOnly, SandboxPolicy, WorkspaceWrite
from octavo.sandbox.roots import WritableRoot, writable_roots
from octavo.sandbox.seatbelt import seatbelt_command
from octavo.sandbox.spec import SandboxSpec


def command(policy: SandboxPolicy, cwd: str = "/w") -> list[str]:
    spec = SandboxSpec(policy, cwd, writable_roots(policy, cwd, {}))
    argv, _ = seatbelt_command(["echo", "x"], {}, spec)
    return argv


@pytest.mark.parametrize("policy", [ReadOnly(), WorkspaceWrite(), DangerFullAccess()])
def test_what_every_command_may_do(policy: SandboxPolicy) -> None:
    profile = command(policy)[2]
    assert profile.index("(deny default)") < profile.index("(allow ")
    for rule in (
        "(allow process-exec process-fork)",
        "(allow signal process-info* (target same-sandbox))",
        "(allow user-preference-read)",
        '(require-all (path "/dev/null") (vnode-type CHARACTER-DEVICE))',
        '(sysctl-name "hw.ncpu")',
        '(allow sysctl-write (sysctl-name "kern.grade_cputype"))',
        '(iokit-registry-entry-class "RootDomainUserClient")',
        '(global-name "com.apple.system.opendirectoryd.libinfo")',
        '(global-name "com.apple.PowerManagement.control")',
        "(allow ipc-posix-sem)",
        "(allow file-read*)",
    ):
        assert rule in profile


@pytest.mark.parametrize(
    ("policy", "opened"),
    [
        (ReadOnly(), False),
        (WorkspaceWrite(), False),
        (WorkspaceWrite(network_access=True), True),
        (DangerFullAccess(), True),
    ],
)
def test_the_network_is_the_policy_s_business(policy: SandboxPolicy, opened: bool) -> None:
    profile = command(policy)[2]
    for rule in ("(allow network-outbound)", "(allow network-inbound)", "(allow system-socket)"):
        assert (rule in profile) == opened


def test_roots_are_named_by_their_real_paths(tmp_path: Path) -> None:
    real = tmp_path / "real"
    (real / ".git").mkdir(parents=True)
    (tmp_path / "link").symlink_to(real)
    policy = WorkspaceWrite(exclude_slash_tmp=True)
    argv = command(policy, str(tmp_path / "link"))
    assert argv[3:] == [
        *(f"-DWRITABLE_ROOT_0={real}", f"-DWRITABLE_ROOT_0_RO_0={real}/.git"),
        *("--", "echo", "x"),
    ]


def test_what_a_rule_lets_out_may_do_everything_but_change_what_is_guarded() -> None:
    policy = WorkspaceWrite(network_access=True)
    spec = SandboxSpec(policy, "/w", (WritableRoot("/", ("/home/me/.bashrc",)),), guarded=("/home/me/.bashrc",))
    argv, _ = seatbelt_command(["echo", "x"], {}, spec)
    assert argv[2] == '(version 1)\n(allow default)\n\n(deny file-write*\n  (subpath (param "GUARDED_0")))\n'
    assert "-DGUARDED_0=/home/me/.bashrc" in argv
