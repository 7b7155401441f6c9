"""What a confined command can and cannot do; every test runs a real one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from octavo.process.run import CommandOutput, run_command
from octavo.protocol.policy import ReadOnly, SandboxPolicy, WorkspaceWrite
from octavo.sandbox.capabilities import capabilities
from octavo.sandbox.spec import sandbox_spec

FOUND = capabilities()
needs_namespace = pytest.mark.skipif(not FOUND.protects_git_and_metadata, reason="this machine allows no namespace")
# The tests' own folders lie below /tmp, so that root is left out.
WORKSPACE = WorkspaceWrite(exclude_slash_tmp=True, exclude_tmpdir_env_var=True)

ATTEMPTS = """
import ctypes, errno, fcntl, os, platform, resource, socket, struct, sys
def attempt(name, what):
    try:
        what()
        print(name, "ok")
    except OSError as error:
        print(name, errno.errorcode[error.errno])
"""
"""The start of a script that tries things: `attempt` prints a name, and "ok" or the error."""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


async def run(
    script: str | list[str], workspace: Path, policy: SandboxPolicy = WORKSPACE, *, protections: bool = True
) -> CommandOutput:
    environ = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    return await run_command(
        ["bash", "-c", script] if isinstance(script, str) else script,
        cwd=str(workspace),
        environ=environ,
        sandbox=sandbox_spec(policy, str(workspace), environ, protections=protections),
        timeout_ms=20_000,
        on_output=lambda stream, chunk: None,
    )


def git(workspace: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=workspace, check=True, capture_output=True)


async def test_a_write_inside_the_workspace_is_allowed(workspace: Path) -> None:
    output = await run("echo x > made && mkdir -p a/b && mv made a/b/ && cat a/b/made", workspace)
    assert (output.exit_code, output.stdout) == (0, b"x\n")


async def test_a_write_outside_the_workspace_is_refused(workspace: Path, tmp_path: Path) -> None:
    output = await run(f"echo x > {tmp_path}/made", workspace)
    assert output.exit_code != 0
    assert not (tmp_path / "made").exists()


async def test_read_only_refuses_every_write_with_permission_denied(workspace: Path) -> None:
    output = await run("echo x > made", workspace, ReadOnly())
    assert b"Permission denied" in output.stderr
    assert not (workspace / "made").exists()


async def test_everything_can_be_read(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("seen\n")
    assert (await run(f"cat {tmp_path}/outside", workspace, ReadOnly())).stdout == b"seen\n"


async def test_the_temporary_folders_are_writable_unless_they_are_left_out(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "temporary"
    other.mkdir()
    monkeypatch.setenv("TMPDIR", str(other))
    script = f"f=$(mktemp -p /tmp) && rm $f && echo slash; echo x > {other}/x && echo variable"
    assert (await run(script, workspace, WorkspaceWrite())).stdout == b"slash\nvariable\n"
    assert (await run(script, workspace)).stdout == b""


async def test_a_configured_root_is_writable_and_a_missing_one_does_no_harm(workspace: Path, tmp_path: Path) -> None:
    extra = tmp_path / "extra"
    extra.mkdir()
    policy = WorkspaceWrite((str(extra), "/no/such/folder"), exclude_slash_tmp=True, exclude_tmpdir_env_var=True)
    assert (await run(f"echo x > {extra}/x && echo ok", workspace, policy)).stdout == b"ok\n"


async def test_devices_stay_closed_except_null(workspace: Path) -> None:
    output = await run("echo x > /dev/null && echo null; echo x > /dev/full", workspace)
    assert output.stdout == b"null\n"
    assert b"/dev/full" in output.stderr


async def test_a_symbolic_link_does_not_lead_out(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (workspace / "link").symlink_to(tmp_path / "outside")
    output = await run("echo x > link/made; ln -s ../outside other; echo x > other/made", workspace)
    assert output.exit_code != 0
    assert list((tmp_path / "outside").iterdir()) == []


async def test_a_hard_link_does_not_lead_out(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("kept")
    output = await run("ln ../outside inside; echo x > inside; cat ../outside", workspace)
    assert output.stdout == b"kept"


async def test_a_workspace_behind_a_symbolic_link_is_writable(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(workspace)
    assert (await run("echo x > made && echo ok", tmp_path / "alias")).stdout == b"ok\n"


@needs_namespace
async def test_metadata_outside_the_workspace_cannot_be_changed(workspace: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("")
    outside.chmod(0o644)
    before = outside.stat()
    script = f"chmod 600 {outside}; touch {outside}; chown $(id -u) {outside}; touch -d 2001-01-01 {outside}; true"
    await run(script, workspace)
    after = outside.stat()
    assert (after.st_mode, after.st_mtime_ns, after.st_ctime_ns) == (
        before.st_mode,
        before.st_mtime_ns,
        before.st_ctime_ns,
    )


async def test_metadata_cannot_be_changed_at_all_when_nothing_is_writable(workspace: Path) -> None:
    kept = workspace / "kept"
    kept.write_text("")
    before = kept.stat()
    output = await run("chmod 600 kept; touch kept; touch -d 2001-01-01 kept", workspace, ReadOnly())
    assert b"Operation not permitted" in output.stderr
    assert kept.stat().st_ctime_ns == before.st_ctime_ns


async def test_metadata_inside_the_workspace_can_be_changed(workspace: Path) -> None:
    output = await run("touch a && chmod 640 a && touch -d 2001-01-01 a && stat -c '%a %Y' a", workspace)
    assert output.stdout.startswith(b"640 978")


async def test_the_command_is_still_the_same_user(workspace: Path) -> None:
    output = await run("id -u; id -g", workspace)
    assert output.stdout == f"{os.geteuid()}\n{os.getegid()}\n".encode()


async def test_the_command_has_no_new_privileges_and_no_core_of_ours(workspace: Path) -> None:
    output = await run("grep -E 'NoNewPrivs|Seccomp:' /proc/self/status; ls /proc/self/fd | wc -l", workspace)
    assert output.stdout.split() == [b"NoNewPrivs:", b"1", b"Seccomp:", b"2", b"4"]


NETWORK_PROBE = f"""{ATTEMPTS}
def pair():
    a, b = socket.socketpair()
    os.write(a.fileno(), b"x")
    assert os.read(b.fileno(), 1) == b"x"
attempt("inet", lambda: socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5))
attempt("create", lambda: socket.socket(socket.AF_UNIX))
attempt("unix", lambda: socket.socket(socket.AF_UNIX).connect("none.sock"))
attempt("pair", pair)
"""


async def test_the_network_is_refused_unless_the_policy_has_it(workspace: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        probe = [sys.executable, "-c", NETWORK_PROBE, str(server.getsockname()[1])]
        closed = await run(probe, workspace)
        opened = await run(probe, workspace, WorkspaceWrite(network_access=True, exclude_slash_tmp=True))
    refused = [b"inet ECONNREFUSED", b"create ok", b"unix ENOENT", b"pair ok"]
    if not FOUND.private_network:
        refused = [b"inet EPERM", b"create ok", b"unix EPERM", b"pair ok"]
    assert closed.stdout.split(b"\n")[:4] == refused
    assert opened.stdout.split(b"\n")[:4] == [b"inet ok", b"create ok", b"unix ENOENT", b"pair ok"]


async def test_io_uring_and_foreign_system_calls_are_refused(workspace: Path) -> None:
    probe = (
        "import ctypes; c = ctypes.CDLL(None, use_errno=True); r = c.syscall({}, 8, 0); print(r, ctypes.get_errno())"
    )
    assert (await run([sys.executable, "-c", probe.format(425)], workspace)).stdout == b"-1 1\n"
    if os.uname().machine == "x86_64":
        output = await run(["bash", "-c", f"{sys.executable} -c '{probe.format(0x40000000 + 39)}'; echo $?"], workspace)
        assert output.stdout == b"159\n"


async def test_a_missing_program_is_told_by_the_sandbox(workspace: Path) -> None:
    output = await run(["no-such-program"], workspace)
    assert output.exit_code == 101
    assert output.stderr == b"Failed to execvp no-such-program: No such file or directory (os error 2)\n"


@needs_namespace
class TestRepositories:
    """`.git` in a writable workspace."""

    @pytest.fixture
    def repository(self, workspace: Path) -> Path:
        git(workspace, "init", "-q")
        (workspace / "file").write_text("one\n")
        git(workspace, "add", ".")
        git(workspace, "commit", "-q", "-m", "one")
        return workspace

    async def test_commits_branches_and_merges_work(self, repository: Path) -> None:
        identity = "git config -l >/dev/null; export GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@t"
        script = f"""{identity} GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@t; set -e
            echo two > file; git commit -qam two; git checkout -q -b side; echo three > other; git add other
            git commit -qm three; git checkout -q -; git merge -q --no-ff -m merge side; git gc -q; git tag v1
            git stash list; git log --oneline | wc -l"""
        output = await run(script, repository)
        assert (output.exit_code, output.stdout) == (0, b"4\n"), output.stderr

    async def test_the_rest_of_the_git_folder_is_writable(self, repository: Path) -> None:
        assert (await run("echo x > .git/x && echo written", repository)).stdout == b"written\n"

    @pytest.mark.parametrize(
        "attack",
        [
            "echo evil > .git/hooks/pre-commit",
            "mv .git/hooks .git/old",
            "rm -rf .git/hooks && mkdir .git/hooks",
            "echo evil >> .git/config",
            "git config core.fsmonitor /bin/evil",
            "mv .git/config .git/old",
            "rm -f .git/config",
            "echo evil > .git/config.worktree",
            "mv .git old",
            "chmod 777 .git/hooks",
            "mount --bind . .git/hooks",
            "umount .git/config",
            "unshare -Urm umount .git/config",
        ],
    )
    async def test_what_makes_git_run_code_is_closed(self, repository: Path, attack: str) -> None:
        before = snapshot(repository / ".git")
        output = await run(attack, repository)
        assert output.exit_code != 0
        assert snapshot(repository / ".git") == before

    async def test_a_missing_hooks_folder_cannot_be_made(self, repository: Path) -> None:
        subprocess.run(["rm", "-rf", ".git/hooks"], cwd=repository, check=True)
        output = await run("mkdir -p .git/hooks && echo evil > .git/hooks/pre-commit", repository)
        assert output.exit_code != 0
        assert not (repository / ".git/hooks").exists()

    async def test_git_cannot_be_sent_to_another_configuration(self, repository: Path) -> None:
        await run("echo ../evil > .git/commondir", repository)
        assert not (repository / ".git/commondir").exists()

    async def test_submodules_are_closed_too(self, repository: Path) -> None:
        for name in ("plain", "with/slash"):
            subprocess.run(["git", "init", "-q", "--bare", f".git/modules/{name}"], cwd=repository, check=True)
        for name in ("plain", "with/slash"):
            module = f".git/modules/{name}"
            for attack in (f"echo x > {module}/hooks/a", f"echo x >> {module}/config", f"mv {module} moved"):
                assert (await run(attack, repository)).exit_code != 0, attack
            assert (await run(f"echo x > {module}/x", repository)).exit_code == 0
        assert (await run("mv .git/modules/with moved", repository)).exit_code != 0

    async def test_a_linked_worktree_is_closed_where_its_repository_is_writable(
        self, repository: Path, tmp_path: Path
    ) -> None:
        worktree = tmp_path / "worktree"
        git(repository, "worktree", "add", "-q", str(worktree))
        policy = WorkspaceWrite((str(repository),), exclude_slash_tmp=True, exclude_tmpdir_env_var=True)
        linked = repository / ".git/worktrees/worktree"
        for attack in (
            "echo gitdir: /evil > .git",
            "rm .git",
            f"echo x > {repository}/.git/hooks/a",
            f"echo x > {linked}/config.worktree",
            f"echo /evil > {linked}/commondir",
        ):
            assert (await run(attack, worktree, policy)).exit_code != 0, attack
        output = await run("git -c user.name=t -c user.email=t@t commit -q --allow-empty -m x", worktree, policy)
        assert output.exit_code == 0, output.stderr

    async def test_a_repository_below_the_temporary_folder_is_closed_too(self, repository: Path) -> None:
        policy = WorkspaceWrite((str(repository.parent.parent),), exclude_slash_tmp=True)
        parent = repository.parent
        for attack in ("echo x > .git/hooks/a", f"mv {repository} {parent}/moved", f"mv {parent} {parent}-moved"):
            assert (await run(attack, repository, policy)).exit_code != 0, attack
        assert (await run(f"echo x > {parent}/x", repository, policy)).exit_code == 0

    async def test_a_new_repository_can_be_made(self, workspace: Path) -> None:
        output = await run("git init -q && git config user.name x && ls .git/hooks | head -1", workspace)
        assert output.exit_code == 0, output.stderr

    async def test_an_empty_git_folder_can_become_a_repository(self, workspace: Path) -> None:
        (workspace / ".git").mkdir()
        assert (await run("git init -q && ls .git/config", workspace)).stdout == b".git/config\n"

    async def test_a_repository_without_its_head_stays_closed(self, repository: Path) -> None:
        assert (await run("rm .git/HEAD", repository)).exit_code == 0
        assert (await run("echo evil >> .git/config", repository)).exit_code != 0

    async def test_the_protections_can_be_lifted(self, repository: Path) -> None:
        output = await run("echo x > .git/hooks/made && mkdir .codex", repository, protections=False)
        assert output.exit_code == 0


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(folder)): (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
    }


@needs_namespace
class TestCodexFolder:
    """`.codex` in a writable workspace."""

    async def test_an_existing_one_is_closed(self, workspace: Path) -> None:
        (workspace / ".codex").mkdir()
        (workspace / ".codex/config.toml").write_text("a = 1\n")
        for attack in ("echo x > .codex/config.toml", "mv .codex other", "rm -rf .codex", "touch .codex/new"):
            assert (await run(attack, workspace)).exit_code != 0, attack
        assert (workspace / ".codex/config.toml").read_text() == "a = 1\n"

    async def test_a_placeholder_of_former_times_is_removed_and_a_real_empty_folder_is_not(
        self, workspace: Path
    ) -> None:
        folder = workspace / ".codex"
        folder.mkdir()
        await run("true", workspace)
        assert folder.exists()
        os.utime(folder, ns=(1_000_000_000, 1_000_000_000))
        await run("true", workspace)
        assert not folder.exists()

    async def test_a_folder_that_became_a_link_is_left_alone(self, workspace: Path, tmp_path: Path) -> None:
        from octavo.sandbox.linux.placeholders import put_placeholders
        from octavo.sandbox.linux.repair import remove_unwanted

        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere/commondir").touch()
        link = os.fsencode(workspace / "link")
        os.symlink(tmp_path / "elsewhere", link)
        assert put_placeholders([(link + b"/hooks", True)]) == []
        remove_unwanted(link + b"/commondir")
        assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == ["commondir"]
