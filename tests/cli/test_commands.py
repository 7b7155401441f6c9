"""Small commands, run as a user runs them."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from octavo import __version__


def octavo(
    home: Path, *words: str, env: Mapping[str, str] | None = None, program: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `octavo`, or the same program under another name, in `home`."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(home), "CODEX_HOME": str(home), **(env or {})}
    start = [sys.executable, "-m", "octavo"]
    if program is not None:
        start = [
            sys.executable,
            "-c",
            f"import sys; sys.argv[0] = {program!r}; from octavo.__main__ import main; main()",
        ]
    return subprocess.run(
        [*start, *words], cwd=home, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def test_the_version_is_our_own(tmp_path: Path) -> None:
    assert octavo(tmp_path, "--version").stdout == f"octavo {__version__}\n"
    assert octavo(tmp_path, "exec", "--version").stdout == f"octavo-exec {__version__}\n"


def test_help_goes_to_stdout(tmp_path: Path) -> None:
    result = octavo(tmp_path, "help", "exec")
    assert (result.returncode, result.stderr) == (0, "")
    assert "Usage: octavo exec" in result.stdout


@pytest.mark.parametrize("words", [["features"], ["sandbox"]])
def test_a_group_alone_shows_its_help_on_stderr(tmp_path: Path, words: list[str]) -> None:
    result = octavo(tmp_path, *words)
    assert (result.returncode, result.stdout) == (2, "")
    assert f"Usage: octavo {words[0]}" in result.stderr


def test_without_a_terminal_there_is_no_interface(tmp_path: Path) -> None:
    for words in ([], ["resume", "--last"]):
        result = octavo(tmp_path, *words)
        assert (result.returncode, result.stdout) == (1, "")
        assert result.stderr == "Error: stdout is not a terminal\n"


def test_features_are_listed_with_their_effective_state(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[features]\nghost_commit = true\n")
    lines = octavo(tmp_path, "--enable", "unified_exec", "features", "list").stdout.splitlines()
    assert lines[0] == "unified_exec\texperimental\ttrue"
    assert "ghost_commit\texperimental\ttrue" in lines
    assert "view_image_tool\tstable\ttrue" in lines


def test_disable_beats_enable_and_override(tmp_path: Path) -> None:
    words = ["--disable", "ghost_commit", "-c", "features.ghost_commit=true", "--enable", "ghost_commit"]
    assert "ghost_commit\texperimental\tfalse\n" in octavo(tmp_path, *words, "features", "list").stdout


def test_features_list_minds_search_and_profile_before_it(tmp_path: Path) -> None:
    assert "web_search_request\tstable\ttrue\n" in octavo(tmp_path, "--search", "features", "list").stdout
    result = octavo(tmp_path, "-p", "nope", "features", "list")
    assert (result.returncode, result.stderr) == (1, "Error: config profile `nope` not found\n")


@pytest.mark.parametrize(
    ("words", "err"),
    [
        (["-c", "=x", "features", "list"], "Error: Empty key in override: =x\n"),
        (["--enable", "nope", "completion"], "Error: Unknown feature flag: nope\n"),
        (["-c", "foo", "sandbox", "linux", "true"], "Error: Invalid override (missing '='): foo\n"),
    ],
)
def test_a_bad_setting_ends_a_command(tmp_path: Path, words: list[str], err: str) -> None:
    result = octavo(tmp_path, *words)
    assert (result.returncode, result.stdout, result.stderr) == (1, "", err)


def test_a_home_that_is_not_there_is_told(tmp_path: Path) -> None:
    result = octavo(tmp_path, "features", "list", env={"CODEX_HOME": str(tmp_path / "none")})
    assert (result.returncode, result.stderr) == (1, "Error: No such file or directory (os error 2)\n")


def test_an_unknown_command_is_no_prompt_for_a_group(tmp_path: Path) -> None:
    assert octavo(tmp_path, "features", "serve").returncode == 2


def test_a_sandboxed_command_hands_on_its_exit_code(tmp_path: Path) -> None:
    result = octavo(tmp_path, "sandbox", "linux", "--", "sh", "-c", "echo x > f; exit 7")
    assert result.returncode == 7
    assert not (tmp_path / "f").exists()


def test_a_sandboxed_command_that_was_killed_tells_the_signal(tmp_path: Path) -> None:
    assert octavo(tmp_path, "debug", "landlock", "sh", "-c", "kill -KILL $$").returncode == 137


def test_full_auto_lets_a_sandboxed_command_write_here(tmp_path: Path) -> None:
    result = octavo(
        tmp_path, "sandbox", "linux", "--full-auto", "sh", "-c", "echo x > f; echo $CODEX_SANDBOX_NETWORK_DISABLED"
    )
    assert (result.returncode, result.stdout) == (0, "1\n")
    assert (tmp_path / "f").exists()


def test_the_configured_mode_does_not_open_the_sandbox(tmp_path: Path) -> None:
    words = ["-c", "sandbox_mode=danger-full-access", "sandbox", "linux", "sh", "-c", "echo x > f"]
    assert octavo(tmp_path, *words).returncode != 0
    assert not (tmp_path / "f").exists()


def test_a_sandbox_without_a_command_is_refused(tmp_path: Path) -> None:
    assert octavo(tmp_path, "sandbox", "linux").returncode == 101


def test_the_sandbox_of_another_system_is_refused(tmp_path: Path) -> None:
    result = octavo(tmp_path, "sandbox", "windows", "x")
    assert result.returncode == 1
    assert "Windows sandbox is only available on Windows" in result.stderr


def test_the_sandbox_tells_what_this_machine_enforces(tmp_path: Path) -> None:
    result = octavo(tmp_path, "sandbox", "--check")
    assert result.returncode == 0
    answers = [line for line in result.stdout.splitlines() if line.startswith("  ")]
    assert answers
    assert all(line.startswith(("  yes  ", "  no   ")) for line in answers)


def test_commands_inherit_no_core_files_and_no_preloads(tmp_path: Path) -> None:
    assert resource.getrlimit(resource.RLIMIT_CORE)[1] != 0
    env = {"LD_LIBRARY_PATH": "/x"}
    result = octavo(tmp_path, "sandbox", "linux", "sh", "-c", "ulimit -c; env | grep -c ^LD_", env=env)
    assert result.stdout == "0\n0\n"


def test_the_env_file_reaches_commands_but_sets_no_codex_variable(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FOO=bar\ncodex_x=1\n")
    result = octavo(tmp_path, "sandbox", "linux", "sh", "-c", "echo $FOO$codex_x", env={"FOO": "orig"})
    assert result.stdout == "bar\n"


def test_a_reader_that_leaves_gets_no_traceback(tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    command = f"{sys.executable} -m octavo completion zsh | true"
    result = subprocess.run(["bash", "-c", command], env=environ, cwd=tmp_path, capture_output=True, check=False)
    assert result.stderr == b""


def test_a_defect_of_ours_has_a_code_of_its_own(tmp_path: Path) -> None:
    code = (
        "import octavo.cli.features as features\n"
        "def broken(_): raise ValueError('boom')\n"
        "features.list_features = broken\n"
        "from octavo.__main__ import main; main()"
    )
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    words = [sys.executable, "-c", code, "features", "list"]
    result = subprocess.run(words, env=environ, capture_output=True, text=True, check=False)
    assert result.returncode == 101
    assert "boom" in result.stderr
