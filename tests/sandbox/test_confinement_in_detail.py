"""Which calls, devices and renames a confined command is refused, and with which error; every test runs a real one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from test_confinement import ATTEMPTS, FOUND, WORKSPACE, run

from octavo.protocol.policy import ReadOnly, SandboxPolicy, WorkspaceWrite

WITH_NETWORK = WorkspaceWrite(network_access=True, exclude_slash_tmp=True, exclude_tmpdir_env_var=True)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


async def python(script: str, workspace: Path, policy: SandboxPolicy = WORKSPACE) -> str:
    """What a script prints, with `attempt(name, what)` at hand, which prints the name and "ok" or the error."""
    output = await run([sys.executable, "-c", ATTEMPTS + script], workspace, policy)
    assert output.exit_code == 0, output.stderr
    return output.stdout.decode()


# --- files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", [WORKSPACE, ReadOnly()], ids=["workspace-write", "read-only"])
@pytest.mark.parametrize("device", ["/dev/tty", "/dev/full", "/dev/zero"])
async def test_no_device_but_null_can_be_opened_for_writing(
    workspace: Path, policy: SandboxPolicy, device: str
) -> None:
    script = f"""
attempt("null", lambda: os.write(os.open("/dev/null", os.O_WRONLY), b"x"))
attempt("device", lambda: os.open({device!r}, os.O_WRONLY))
"""
    assert await python(script, workspace, policy) == "null ok\ndevice EACCES\n"


async def test_refused_changes_of_files_fail_with_the_errors_that_programs_know(
    workspace: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("kept")
    (tmp_path / "folder").mkdir()
    script = f"""
os.chdir({str(tmp_path)!r})
attempt("create", lambda: os.open("new", os.O_CREAT | os.O_WRONLY))
attempt("write", lambda: os.open("file", os.O_WRONLY))
attempt("truncate", lambda: os.truncate("file", 0))
attempt("remove", lambda: os.unlink("file"))
attempt("rmdir", lambda: os.rmdir("folder"))
attempt("mkdir", lambda: os.mkdir("other"))
attempt("symlink", lambda: os.symlink("file", "link"))
attempt("fifo", lambda: os.mkfifo("pipe"))
attempt("etc", lambda: os.open("/etc/new", os.O_CREAT | os.O_WRONLY))
"""
    refused = [line.split() for line in (await python(script, workspace)).splitlines()]
    assert len(refused) == 9
    assert {error for _, error in refused} <= {"EACCES", "EROFS"}
    assert (tmp_path / "file").read_text() == "kept"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder", "workspace"]
    below = [line.split() for line in (await python(script, workspace, ReadOnly())).splitlines()]
    assert {error for _, error in below} == {"EACCES"}


async def test_a_rename_between_two_roots_has_to_be_a_copy(workspace: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    roots = WorkspaceWrite((str(other),), exclude_slash_tmp=True, exclude_tmpdir_env_var=True)
    script = f"""
open("a", "w").write("x")
attempt("inside", lambda: os.rename("a", "b"))
attempt("across", lambda: os.rename("b", {str(other / "b")!r}))
"""
    assert await python(script, workspace, roots) == "inside ok\nacross EXDEV\n"
    output = await run(["mv", "b", str(other / "b")], workspace, roots)
    assert output.exit_code == 0, output.stderr
    assert (other / "b").read_text() == "x"


# --- system calls ------------------------------------------------------------------------------------

NUMBERS = {
    "x86_64": {
        **{"connect": 42, "accept": 43, "sendto": 44, "sendmsg": 46, "recvmsg": 47, "shutdown": 48, "bind": 49},
        **{"listen": 50, "getsockname": 51, "getpeername": 52, "setsockopt": 54, "getsockopt": 55, "ptrace": 101},
        **{"accept4": 288, "recvmmsg": 299, "sendmmsg": 307},
        **{"io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427},
    },
    "aarch64": {
        **{"connect": 203, "accept": 202, "sendto": 206, "sendmsg": 211, "recvmsg": 212, "shutdown": 210, "bind": 200},
        **{"listen": 201, "getsockname": 204, "getpeername": 205, "setsockopt": 208, "getsockopt": 209, "ptrace": 117},
        **{"accept4": 242, "recvmmsg": 243, "sendmmsg": 269},
        **{"io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427},
    },
}


async def errors_of_calls(workspace: Path, policy: SandboxPolicy) -> dict[str, str]:
    """The error of each call, made with arguments that the kernel itself refuses for another reason."""
    script = f"""
libc = ctypes.CDLL(None, use_errno=True)
for name, number in {NUMBERS[os.uname().machine]!r}.items():
    libc.syscall(ctypes.c_long(number), ctypes.c_long(-1), 0, 0, 0, 0, 0)
    print(name, errno.errorcode[ctypes.get_errno()])
"""
    return dict(line.split() for line in (await python(script, workspace, policy)).splitlines())


@pytest.mark.parametrize("policy", [WORKSPACE, ReadOnly()], ids=["workspace-write", "read-only"])
async def test_without_network_what_leads_around_the_sandbox_is_not_permitted(
    workspace: Path, policy: SandboxPolicy
) -> None:
    found = await errors_of_calls(workspace, policy)
    always = ("ptrace", "io_uring_setup", "io_uring_enter", "io_uring_register")
    assert {found[name] for name in always} == {"EPERM"}
    if FOUND.private_network:
        assert {error for name, error in found.items() if name not in always} == {"EBADF"}


async def test_with_network_its_calls_reach_the_kernel_and_files_stay_closed(workspace: Path, tmp_path: Path) -> None:
    found = await errors_of_calls(workspace, WITH_NETWORK)
    networking = [name for name in found if not name.startswith("io_uring") and name != "ptrace"]
    assert {found[name] for name in networking} == {"EBADF"}
    script = f'attempt("file", lambda: open({str(tmp_path / "x")!r}, "w"))'
    assert await python(script, workspace, WITH_NETWORK) in ("file EACCES\n", "file EROFS\n")
