"""Flags of later releases that say what a run may do: trust, a reviewer in the user's place, hooks."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from exec_model_server import answer, runs, says
from exec_place import Place


def trust_of(place: Place, folder: Path) -> str | None:
    text = (place.home / "config.toml").read_text()
    level = tomllib.loads(text).get("projects", {}).get(str(folder), {}).get("trust_level")
    return None if level is None else str(level)


def test_a_project_is_trusted_from_then_on(place: Place) -> None:
    place.model(*(answer(runs("touch made"), says("Done.")) for _ in range(2)), *[answer(says("Done."))] * 4)
    place.octavo("exec", "--skip-git-repo-check", "go")
    assert trust_of(place, place.workspace) is None
    assert not (place.workspace / "made").exists()
    ran = place.octavo("exec", "--skip-git-repo-check", "--trust", "--ephemeral", "go")
    assert (ran.code, "--trust" in ran.err) == (0, False)
    assert trust_of(place, place.workspace) == "trusted"
    assert "sandbox: workspace-write" in place.octavo("exec", "--skip-git-repo-check", "go").err


def test_a_project_that_is_not_to_be_trusted_stays_so(place: Place) -> None:
    place.model(answer(says("Done.")), more=f'[projects."{place.workspace}"]\ntrust_level = "untrusted"\n')
    ran = place.octavo("exec", "--skip-git-repo-check", "--trust", "go")
    assert (ran.code, "--trust has no effect" in ran.err) == (0, True)
    assert trust_of(place, place.workspace) == "untrusted"


@pytest.mark.parametrize("verdict", ["allow", "deny"])
def test_a_model_decides_in_the_users_place(place: Place, verdict: str, outside: Path) -> None:
    place.model(
        answer(runs(f"touch {outside}/x", with_escalated_permissions=True, justification="must")),
        answer(says(json.dumps({"outcome": verdict}))),
        answer(says("Done.")),
    )
    ran = place.octavo("exec", "--skip-git-repo-check", "--approve-for-me", "go")
    assert ran.code == 0
    assert "sandbox: workspace-write" in ran.err
    assert (outside / "x").exists() is (verdict == "allow")


@pytest.mark.parametrize("words", [(), ("--dangerously-bypass-hook-trust",)])
def test_hooks_of_the_project_run_without_trust_of_their_own(place: Place, words: tuple[str, ...]) -> None:
    place.model(answer(says("Done.")), more=f'[projects."{place.workspace}"]\ntrust_level = "trusted"\n')
    folder = place.workspace / ".codex"
    folder.mkdir()
    hook = {"type": "command", "command": f"touch {place.workspace}/ran"}
    (folder / "hooks.json").write_text(json.dumps({"hooks": {"UserPromptSubmit": [{"hooks": [hook]}]}}))
    ran = place.octavo("exec", "--skip-git-repo-check", *words, "go")
    assert ran.code == 0
    assert (place.workspace / "ran").exists() is bool(words)
    assert ("do not run until you trust them: 1 (octavo hooks)" in ran.err) is not bool(words)


def test_the_newest_session_can_be_asked_for_on_either_side_of_the_word(place: Place) -> None:
    model = place.model(*(answer(says("Done.")) for _ in range(3)))
    place.exec("first")
    for words in (("--last", "resume", "again"), ("resume", "--last", "--all", "on")):
        assert place.exec(*words).code == 0
    assert [text for text in model.input_texts() if text in ("first", "again", "on")] == ["first", "again", "on"]
    assert place.exec("--last", "hi").code == 2


def test_a_client_may_pass_on_next_to_nothing_of_its_environment(place: Place) -> None:
    place.model(answer(runs("echo one | cat", shell=("sh", "-c"))), answer(says("Done.")))
    environ = {"CODEX_HOME": str(place.home)}
    argv = [sys.executable, "-m", "octavo", "exec", "--json", "--skip-git-repo-check", "go"]
    ran = subprocess.run(argv, cwd=place.workspace, env=environ, capture_output=True, check=True)
    assert '"aggregated_output":"one\\n"' in ran.stdout.decode()
