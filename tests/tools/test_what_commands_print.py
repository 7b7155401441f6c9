"""Whatever a command prints, its turn goes on."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from story import answer, call, conversation, says, shell

from octavo.protocol.policy import ReadOnly, SandboxPolicy, WorkspaceWrite
from octavo.sandbox.denial import explain_denial
from octavo.sandbox.roots import WritableRoot
from octavo.sandbox.spec import SandboxSpec

SIGNS = ["Permission denied", "Read-only file system", "Operation not permitted", "failed to write file "]

PRINTED = {
    "a path with NUL": r"cat: a\0b: Permission denied\n",
    "a quoted path with NUL": r"rm: cannot remove '\0': Read-only file system\n",
    "a patch with NUL": r"failed to write file \0\n",
    "git with NUL": r".git/\0/config: Permission denied\n",
    "bytes that are no text": r"\xff\xfe/\x80: Permission denied\n",
    "half a character": r"\xed\xa0\x80: Permission denied\n",
    "no path at all": r": Permission denied",
    "a long path": "/" + "x" * 5000 + r": Permission denied\n",
    "many slashes": "/" * 300 + r": Permission denied\n",
    "dots": "../" * 90 + r": Permission denied\n",
    "a link to itself": r"loop/x: Permission denied\n",
    "a terminal's commands": r"\033]0;x\007\033[2J: Permission denied\n",
}


@pytest.mark.parametrize("printed", PRINTED.values(), ids=PRINTED)
@pytest.mark.parametrize("mode", ["read-only", "workspace-write"])
async def test_a_command_that_fails_with_strange_words_is_answered(tmp_path: Path, printed: str, mode: str) -> None:
    workspace = tmp_path / "w"
    workspace.mkdir()
    (workspace / "loop").symlink_to("loop")
    script = [answer(shell(["bash", "-c", f"printf '{printed}'; exit 1"])), says("done")]
    async with conversation(workspace, script, sandbox_mode=mode) as talk:
        turn = await talk.user("go")
        assert "function_call_output" in {item["type"] for item in talk.input()}
    assert turn.one("task_complete")["last_agent_message"] == "done"
    assert not turn.all("error")


@pytest.mark.parametrize("policy", [ReadOnly(), WorkspaceWrite()])
def test_no_output_breaks_the_explanation(policy: SandboxPolicy, tmp_path: Path) -> None:
    chance = random.Random(11)
    pieces = [
        *map(str.encode, SIGNS),
        b"\0",
        b"\n",
        b": ",
        b"'",
        b"`",
        b"/",
        b".git/",
        b"..",
        b"\xff",
        b"x" * 400,
        b" ",
    ]
    spec = SandboxSpec(policy, str(tmp_path), (WritableRoot(str(tmp_path)),))
    for _ in range(2000):
        output = b"".join(chance.choices(pieces, k=chance.randint(1, 12)))
        line = explain_denial(spec, output, str(tmp_path))
        assert line is None or line.isprintable()


STRANGE: list[tuple[str, dict[str, Any]]] = [
    ("shell", {"command": ["cat", "a\0b"]}),
    ("shell", {"command": ["a\0b"]}),
    ("shell", {"command": ["bash", "-c", "echo a\0b"]}),
    ("shell", {"command": ["true"], "workdir": "a\0b"}),
    ("shell", {"command": [""]}),
    ("shell", {"command": []}),
    ("view_image", {"path": "a\0b"}),
]


@pytest.mark.parametrize(("tool", "arguments"), STRANGE)
async def test_strange_wishes_of_a_model_are_answered(tmp_path: Path, tool: str, arguments: dict[str, Any]) -> None:
    async with conversation(tmp_path / "w", [answer(call(tool, arguments)), says("done")]) as talk:
        turn = await talk.user("go")
        assert "function_call_output" in {item["type"] for item in talk.input()}
    assert turn.one("task_complete")["last_agent_message"] == "done"
    assert not turn.all("error")
