"""`tool_output_token_limit`: how much of what a tool prints reaches the model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from story import answer, call, conversation, says

from octavo.engine.history import History
from octavo.protocol.items import FunctionCallOutput, InputImage, InputText

COUNT = "i=0; while [ $i -lt 3000 ]; do echo $i; i=$((i+1)); done"


async def told_to_model(workspace: Path, name: str, arguments: Any, **settings: Any) -> str:
    settings = {"sandbox_mode": "danger-full-access", "approval_policy": "never", **settings}
    async with conversation(workspace, [answer(call(name, arguments)), says("done")], **settings) as talk:
        await talk.user("go")
        (output,) = [item["output"] for item in talk.input() if item["type"] == "function_call_output"]
        return str(output)


@pytest.mark.parametrize(("limit", "least", "most"), [(10, 40, 150), (2000, 7000, 8100), (20_000, 13_890, 13_890)])
async def test_a_commands_output_is_bounded_by_it(tmp_path: Path, limit: int, least: int, most: int) -> None:
    settings = {"tool_output_token_limit": limit, "model": "gpt-4o"}
    said = await told_to_model(tmp_path / "w", "shell", {"command": ["sh", "-c", COUNT]}, **settings)
    result = json.loads(said)  # however much is cut, the form stays
    assert result["metadata"]["exit_code"] == 0
    assert least <= len(result["output"]) <= most


async def test_a_command_on_a_terminal_is_bounded_by_it_and_by_what_its_call_says(tmp_path: Path) -> None:
    for limit, asked, most in ((25, 50_000, 140), (50_000, 20, 60), (50_000, 50_000, 16_900)):
        said = await told_to_model(
            tmp_path / "w",
            "exec_command",
            {"cmd": COUNT, "max_output_tokens": asked},
            tool_output_token_limit=limit,
            features={"unified_exec": True},
        )
        assert most - 40 <= len(json.loads(said)["output"]) <= most


def test_what_other_tools_answer_is_bounded_by_it() -> None:
    history = History(most_output=20)
    texts = (InputText("a" * 15), InputImage("data:x"), InputText("#" * 15), InputText("%"))
    history.record([FunctionCallOutput("1", "x" * 100), FunctionCallOutput("2", texts), FunctionCallOutput("3", "ok")])
    plain, parts, short = (item.output for item in history.items if isinstance(item, FunctionCallOutput))
    assert plain == f"Total output lines: 1\n\n{'x' * 10}\n[... output truncated to fit 20 bytes ...]\n\n{'x' * 10}"
    assert short == "ok"
    assert isinstance(parts, tuple)
    assert parts[:2] == texts[:2]
    assert [part.text.count("#") + part.text.count("%") for part in parts[2:] if isinstance(part, InputText)] == [5, 0]
    history.replace(history.items)
    assert history.copy()._most_output == 20
