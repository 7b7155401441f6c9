"""`apply_patch` in scripts, whatever the startup files of their shell do to PATH."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest
from exec_model_server import answer, says
from exec_place import Place

from octavo.process.patch_in_scripts import finding_apply_patch

PATCH = "*** Begin Patch\n*** Add File: made.txt\n+hi\n*** End Patch"
SCRIPT = f"mkdir -p sub && cd sub && apply_patch <<'EOF' && echo done\n{PATCH}\nEOF\n"
SHELLS = [
    ("bash", "-lc"),
    ("/bin/bash", "-lc"),
    ("bash", "-l", "-c"),
    ("bash", "--login", "-c"),
    ("bash", "-euo", "pipefail", "-lc"),
    ("bash", "-c"),
    ("bash", "-ic"),
    ("sh", "-c"),
    ("sh", "-lc"),
    ("dash", "-lc"),
    ("zsh", "-lc"),
    ("zsh", "-c"),
    ("fish", "-lc"),
]


def calls(name: str, call_id: str = "c1", **arguments: Any) -> dict[str, Any]:
    return {"type": "function_call", "name": name, "arguments": json.dumps(arguments), "call_id": call_id}


@pytest.fixture
def resetting(place: Place) -> Place:
    """A home whose startup files set PATH from scratch."""
    for name in (".bash_profile", ".profile", ".bashrc", ".zshenv", ".zprofile"):
        (place.root / name).write_text("export PATH=/usr/local/bin:/usr/bin:/bin\n")
    fish = place.root / ".config" / "fish"
    fish.mkdir(parents=True)
    (fish / "config.fish").write_text("set -gx PATH /usr/local/bin /usr/bin /bin\n")
    return place


def outputs(model: Any) -> list[str]:
    return [item["output"] for item in model.requests[-1]["input"] if item["type"] == "function_call_output"]


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_a_script_finds_the_patch_program(resetting: Place, shell: tuple[str, ...]) -> None:
    if shutil.which(shell[0]) is None:
        pytest.skip(f"needs {shell[0]}")
    script = SCRIPT if shell[0] != "fish" else f"mkdir -p sub; cd sub; apply_patch '{PATCH}'; and echo done"
    model = resetting.model(answer(calls("shell", command=[*shell, script])), answer(says("ok")))
    assert resetting.exec("--full-auto", "go").code == 0
    assert (resetting.workspace / "sub" / "made.txt").read_text() == "hi\n", outputs(model)


def test_it_is_found_from_a_snapshot_of_the_shell_too(resetting: Place) -> None:
    turns = [calls("shell", f"c{number}", command=["bash", "-lc", "true"]) for number in range(3)]
    script = calls("shell", "c9", command=["bash", "-lc", SCRIPT])
    model = resetting.model(*(answer(one) for one in (*turns, script)), answer(says("ok")))
    assert resetting.exec("--full-auto", "go").code == 0
    assert (resetting.workspace / "sub" / "made.txt").read_text() == "hi\n"
    assert len(model.requests) == 5


def test_it_is_found_on_a_terminal(resetting: Place) -> None:
    call = calls("exec_command", cmd=SCRIPT)
    resetting.model(answer(call), answer(says("ok")), more="[features]\nunified_exec = true\n")
    assert resetting.exec("--full-auto", "go").code == 0
    assert (resetting.workspace / "sub" / "made.txt").read_text() == "hi\n"


def test_it_is_found_with_a_path_that_the_configuration_sets(place: Place) -> None:
    policy = '[shell_environment_policy]\nset = { PATH = "/usr/bin:/bin" }\n'
    place.model(answer(calls("shell", command=["bash", "-c", SCRIPT])), answer(says("ok")), more=policy)
    assert place.exec("--full-auto", "go").code == 0
    assert (place.workspace / "sub" / "made.txt").read_text() == "hi\n"


def test_the_user_sees_the_command_as_the_model_wrote_it(resetting: Place) -> None:
    resetting.model(answer(calls("shell", command=["/bin/bash", "-lc", SCRIPT])), answer(says("ok")))
    items = [event["item"] for event in resetting.exec("--json", "--full-auto", "go").events if "item" in event]
    [shown] = {item["command"] for item in items if item["type"] == "command_execution"}
    assert "PATH=" not in shown


def test_lines_of_a_script_keep_their_numbers(resetting: Place) -> None:
    command = ["/bin/bash", "-lc", "true # apply_patch\nno-such-program\n"]
    model = resetting.model(answer(calls("shell", command=command)), answer(says("ok")))
    assert resetting.exec("--full-auto", "go").code == 0
    assert "line 2: no-such-program" in outputs(model)[0]


ENVIRON = {"PATH": "/h/path-1:/bin"}


@pytest.mark.parametrize(
    "argv",
    [
        ("bash", "-lc", "echo hi"),
        ("bash", "-c", "apply_patch x"),
        ("sh", "-c", "apply_patch x"),
        ("bash", "apply_patch"),
        ("bash", "-l", "script", "-c", "apply_patch"),
        ("python3", "-c", "apply_patch"),
        ("apply_patch", "x"),
        ("bash",),
        ("bash", "-lc"),
        (),
    ],
)
def test_other_commands_run_as_they_are(argv: tuple[str, ...]) -> None:
    assert finding_apply_patch(argv, ENVIRON, "/h/path-1") == argv
    assert finding_apply_patch(("bash", "-lc", "apply_patch"), ENVIRON, None) == ("bash", "-lc", "apply_patch")


def test_a_folder_with_a_quote_is_quoted() -> None:
    words = finding_apply_patch(("bash", "-lc", "apply_patch"), ENVIRON, "/it's")
    quoted = "'/it'" + chr(92) + "''s'"
    assert words[2] == f"PATH={quoted}" + "${PATH:+:$PATH}; export PATH; apply_patch"
