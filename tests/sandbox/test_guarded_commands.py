"""What is left of the sandbox for commands that a rule lets out of it, for an ordinary user and without namespaces."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from test_sandbox_command import ORDINARY_USER

SCRIPT = "; ".join(
    (
        "echo x > free && echo free",
        "echo x >> home/rules/a.rules || echo rules-closed",
        "echo x > w/.git/hooks/pre-push || echo hooks-closed",
        "echo x >> user/.bashrc || echo login-closed",
        "mv user other || echo user-stays",
        "echo x > user/.zshenv && echo made",
        "ls /proc/$PPID/root/ > /dev/null 2>&1 || echo others-closed",
    )
)
AS_THAT_USER = textwrap.dedent("""
    import asyncio, os, sys
    from octavo.config.load import ConfigSources, load_config
    from octavo.process.run import run_command
    from octavo.protocol.policy import WorkspaceWrite
    from octavo.sandbox.guarded import guarded_sandbox

    async def main(top, script):
        environ = {"HOME": f"{top}/user", "PATH": os.environ["PATH"]}
        config = load_config(ConfigSources(f"{top}/home", f"{top}/w", environ, (), managed_path=f"{top}/none"))
        spec = guarded_sandbox(config, WorkspaceWrite(), f"{top}/w")
        output = await run_command(["sh", "-c", script], cwd=top, environ=environ, sandbox=spec,
            timeout_ms=20_000, on_output=lambda stream, chunk: None)
        print(output.exit_code, output.aggregated.decode())

    asyncio.run(main(*sys.argv[1:]))
""")


@pytest.fixture
def top(outside: Path) -> Path:
    for folder in ("home/rules", "user", "w"):
        (outside / folder).mkdir(parents=True)
    (outside / "home" / "rules" / "a.rules").write_text("mine\n")
    (outside / "user" / ".bashrc").write_text("mine\n")
    subprocess.run(["git", "init", "-q", str(outside / "w")], check=True)
    return outside


def run_as_ordinary_user(namespaces: str, top: Path) -> str:
    from octavo.sandbox.capabilities import capabilities

    if capabilities().namespace == "none":
        pytest.skip("this machine allows no namespace")
    arguments = [sys.executable, "-c", ORDINARY_USER, namespaces, AS_THAT_USER, str(top), SCRIPT]
    return subprocess.run(
        arguments, check=True, stdout=subprocess.PIPE, text=True, timeout=30, env={**os.environ, "LC_ALL": "C"}
    ).stdout


def test_an_ordinary_users_allowed_command_changes_nothing_that_is_guarded(top: Path) -> None:
    said = run_as_ordinary_user("both", top)
    for word in ("free", "rules-closed", "hooks-closed", "login-closed", "user-stays", "made", "others-closed"):
        assert word in said, said
    assert (top / "free").exists()
    assert (top / "home" / "rules" / "a.rules").read_text() == "mine\n"
    assert sorted(path.name for path in (top / "user").iterdir()) == [".bashrc"]


def test_without_namespaces_it_is_not_run_at_all(top: Path) -> None:
    said = run_as_ordinary_user("alone", top)
    assert "no mount namespace, so nothing can be kept from this command" in said
    assert not (top / "free").exists()
