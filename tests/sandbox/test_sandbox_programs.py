"""The program under its other name, `octavo sandbox` with the user's settings, and policies as JSON."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from story import folder_outside_tmp

from octavo.protocol.policy import DangerFullAccess, ReadOnly, SandboxPolicy, WorkspaceWrite

AS_THE_HELPER = "import sys; sys.argv[0] = '/x/codex-linux-sandbox'; from octavo.__main__ import main; main()"
Result = subprocess.CompletedProcess[str]


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder outside of `/tmp`, with a workspace, a home and something to protect."""
    with folder_outside_tmp() as folder:
        for name in ("workspace", "home", "outside"):
            (folder / name).mkdir()
        yield folder


def start(place: Path, *argv: str, env: Mapping[str, str] | None = None) -> Result:
    environ = {"PATH": os.environ["PATH"], "HOME": str(place), "CODEX_HOME": str(place / "home"), **(env or {})}
    folder = place / "workspace"
    return subprocess.run(
        [sys.executable, *argv], cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=30
    )


def helper(place: Path, policy: Any, *command: str, env: Mapping[str, str] | None = None) -> Result:
    options = ["--sandbox-policy-cwd", str(place / "workspace"), "--sandbox-policy", json.dumps(policy)]
    return start(place, "-c", AS_THE_HELPER, *options, "--", *command, env=env)


def octavo(place: Path, *words: str, env: Mapping[str, str] | None = None) -> Result:
    return start(place, "-m", "octavo", *words, env=env)


# --- the helper ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "inside", "outside", "network"),
    [
        ({"mode": "read-only"}, False, False, False),
        ({"mode": "workspace-write"}, True, False, False),
        ({"mode": "workspace-write", "network_access": True, "unheard_of": 1}, True, False, True),
        ({"mode": "workspace-write", "writable_roots": ["/no/such/folder"]}, True, False, False),
        ({"mode": "danger-full-access"}, True, True, True),
    ],
)
def test_each_mode_by_the_name_of_the_helper(
    place: Path, policy: dict[str, Any], inside: bool, outside: bool, network: bool
) -> None:
    script = """
import os, socket, sys
for path in ("made", "../outside/made"):
    try:
        open(path, "w").close()
    except OSError:
        pass
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    print(True)
except OSError:
    print(False)
sys.exit(7)
"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = helper(place, policy, sys.executable, "-c", script, str(server.getsockname()[1]))
    assert (done.returncode, done.stdout) == (7, f"{network}\n")
    assert (place / "workspace/made").exists() == inside
    assert (place / "outside/made").exists() == outside


def test_a_root_that_the_policy_names_is_writable(place: Path) -> None:
    policy = {"mode": "workspace-write", "writable_roots": [str(place / "outside")]}
    assert helper(place, policy, "sh", "-c", "echo x > ../outside/made").returncode == 0
    assert (place / "outside/made").read_text() == "x\n"


def test_folder_and_variables_stay_and_the_program_is_looked_for_on_their_path(place: Path) -> None:
    programs = place / "outside"
    (programs / "greet").write_text("#!/bin/sh\npwd\nenv\n")
    (programs / "greet").chmod(0o755)
    environ = {"PATH": f"{programs}:{os.environ['PATH']}", "A_KEY": "kept"}
    done = helper(place, {"mode": "read-only"}, "greet", env=environ)
    folder, *variables = done.stdout.splitlines()
    assert folder == str(place / "workspace")
    assert {"A_KEY=kept", f"PATH={environ['PATH']}"} <= set(variables)
    assert not [line for line in variables if line.startswith("CODEX_SANDBOX")]


def test_what_the_helper_cannot_do_is_told_on_stderr(place: Path) -> None:
    missing = helper(place, {"mode": "read-only"}, "no-such-program")
    text = "Failed to execvp no-such-program: No such file or directory (os error 2)"
    assert (missing.returncode, text in missing.stderr) == (101, True)
    nothing = helper(place, {"mode": "read-only"})
    assert (nothing.returncode, "No command specified to execute." in nothing.stderr) == (101, True)
    wrong = helper(place, {"mode": "workspace"}, "true")
    assert (wrong.returncode, "Usage: codex-linux-sandbox" in wrong.stderr) == (2, True)


# --- octavo sandbox ----------------------------------------------------------------------------------


def test_only_the_table_of_the_sandbox_counts(place: Path) -> None:
    """What may be written is the flag's business, and the mode of the configuration is nobody's."""
    outside, mark = place / "outside", "echo $CODEX_SANDBOX_NETWORK_DISABLED"
    (place / "home/config.toml").write_text(
        'sandbox_mode = "danger-full-access"\n[sandbox_workspace_write]\n'
        f'writable_roots = ["{outside}"]\nnetwork_access = true\n'
    )
    script = f"echo x > made; echo x > {outside}/made; {mark}"
    closed = octavo(place, "sandbox", "linux", "--", "sh", "-c", script)
    assert closed.stdout == "1\n"
    assert not [*(place / "workspace").iterdir(), *outside.iterdir()]
    opened = octavo(place, "debug", "landlock", "--full-auto", "--", "sh", "-c", script)
    assert opened.stdout == "\n"
    assert (place / "workspace/made").exists()
    assert (outside / "made").exists()


def test_its_commands_get_no_secrets(place: Path) -> None:
    done = octavo(place, "sandbox", "linux", "env", env={"MY_API_KEY": "k", "my_token": "t", "PLAIN": "1"})
    assert "PLAIN=1\n" in done.stdout
    assert "MY_API_KEY" not in done.stdout
    assert "my_token" not in done.stdout


@pytest.mark.parametrize("name", ["macos", "seatbelt"])
@pytest.mark.skipif(os.path.exists("/usr/bin/sandbox-exec"), reason="sandbox-exec is installed")
def test_the_sandbox_of_macos_is_not_found_elsewhere(place: Path, name: str) -> None:
    done = octavo(place, "sandbox", name, "true")
    assert done.returncode == 1
    assert "No such file or directory (os error 2)" in done.stderr


def test_a_setting_of_the_wrong_kind_runs_nothing(place: Path) -> None:
    done = octavo(place, "sandbox", "linux", "-c", "model=1", "sh", "-c", "echo ran")
    assert (done.returncode, done.stdout) == (1, "")
    assert "invalid type" in done.stderr


# --- policies ---------------------------------------------------------------------------------------

BARE = {"network_access": False, "exclude_tmpdir_env_var": False, "exclude_slash_tmp": False}


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (DangerFullAccess(), {"mode": "danger-full-access"}),
        (ReadOnly(), {"mode": "read-only"}),
        (WorkspaceWrite(), {"mode": "workspace-write", **BARE}),
        (
            WorkspaceWrite(("/data",), network_access=True),
            {"mode": "workspace-write", "writable_roots": ["/data"], **BARE, "network_access": True},
        ),
    ],
)
def test_a_policy_as_json(policy: SandboxPolicy, expected: dict[str, Any]) -> None:
    text = msgspec.json.encode(policy)
    assert text.decode() == json.dumps(expected, separators=(",", ":"))
    assert msgspec.json.decode(text, type=SandboxPolicy) == policy


def test_a_policy_may_leave_out_everything_but_its_mode() -> None:
    text = '{"mode":"workspace-write","something":{"new":1}}'
    assert json.loads(msgspec.json.encode(msgspec.json.decode(text, type=SandboxPolicy))) == {
        "mode": "workspace-write",
        **BARE,
    }
