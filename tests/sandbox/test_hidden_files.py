"""Files that are hidden from commands: what an ordinary user gets, in the sandbox and with full access."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from test_sandbox_command import ORDINARY_USER

SECRET = "the-secret-itself"
RUN = textwrap.dedent("""
    import asyncio, os, sys
    from octavo.process.run import run_command
    from octavo.protocol.policy import WorkspaceWrite
    from octavo.sandbox.capabilities import capabilities
    from octavo.sandbox.spec import Unreadable, sandbox_spec

    async def main(mode, strict, cwd, script):
        hidden = Unreadable((f"{cwd}/.env", f"{cwd}/secrets"), strict == "strict")
        spec = sandbox_spec(WorkspaceWrite(exclude_slash_tmp=True), cwd, {}) if mode == "sandboxed" else None
        output = await run_command(["sh", "-c", script], cwd=cwd, environ=dict(os.environ), sandbox=spec,
            timeout_ms=20_000, on_output=lambda stream, chunk: None, unreadable=hidden)
        print(output.is_hidden, output.aggregated.decode())

    print(capabilities().namespace)
    asyncio.run(main(*sys.argv[1:]))
""")
ESCAPES = (
    "cat .env secrets/key; cp .env copy; cat copy; mv secrets open; cat open/key; ln .env hard; cat hard; "
    "umount .env; umount secrets; unshare -rm sh -c 'umount .env; umount -l secrets; cat .env secrets/key'; "
    "cat /proc/1/root/$PWD/.env; cat /proc/$PPID/root/$PWD/.env; cat /proc/$PPID/cwd/.env; "
    "nsenter -U -m -t $PPID cat $PWD/.env; nsenter -m -t 1 cat $PWD/.env; echo end"
)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "w"
    (folder / "secrets").mkdir(parents=True)
    (folder / ".env").write_text(SECRET)
    (folder / "secrets" / "key").write_text(SECRET)
    return folder


def as_ordinary_user(limit: str, *words: str) -> tuple[str, str]:
    """The namespace that was found, and what the command printed."""
    arguments = [sys.executable, "-c", ORDINARY_USER, limit, RUN, *words]
    environ = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(arguments, check=True, stdout=subprocess.PIPE, text=True, timeout=60, env=environ)
    namespace, _, result = done.stdout.partition("\n")
    return namespace, result


@pytest.fixture(autouse=True)
def _has_namespaces() -> None:
    from octavo.sandbox.capabilities import capabilities

    if capabilities().namespace == "none":
        pytest.skip("needs a namespace")


@pytest.mark.parametrize("mode", ["sandboxed", "full-access"])
def test_an_ordinary_users_command_does_not_read_them(workspace: Path, mode: str) -> None:
    namespace, result = as_ordinary_user("both", mode, "strict", str(workspace), ESCAPES)
    assert (namespace, result.partition(" ")[0]) == ("user", "True")
    assert "end" in result
    assert SECRET not in result
    assert ".env: Permission denied" in result


def test_full_access_keeps_its_rights_where_no_rule_was_set(workspace: Path) -> None:
    _, result = as_ordinary_user("both", "full-access", "lax", str(workspace), "cat .env; readlink /proc/self/ns/user")
    assert SECRET in result
    assert os.readlink("/proc/self/ns/user") not in result  # that of the test's own ordinary user


def test_where_there_can_be_no_view_that_is_told(workspace: Path) -> None:
    namespace, result = as_ordinary_user("alone", "sandboxed", "strict", str(workspace), "cat .env")
    assert namespace == "none"
    assert result.startswith(f"False {SECRET}")
