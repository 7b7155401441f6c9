"""Reasoning stays with the provider that made it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from story import Talk, answer, conversation, message, reasoning, says

PROVIDERS = {
    name: {"name": name, "base_url": "http://127.0.0.1:9/v1", "wire_api": "responses", "stream_max_retries": 0}
    for name in ("one", "two")
}


def thinks(text: str) -> Any:
    return answer(reasoning(raw=[text]), message(text.upper()))


def thoughts(talk: Talk) -> list[str]:
    return [item["content"][0]["text"] for item in talk.input() if item["type"] == "reasoning"]


class Saved:
    """A saved session that several providers work on."""

    def __init__(self, workspace: Path) -> None:
        self.workspace, self.path = workspace, ""

    async def go_on(self, provider: str, thought: str) -> list[str]:
        """One turn, which leaves a thought; those of before that its provider was sent."""
        script = [thinks(thought)]
        settings: dict[str, Any] = {"model_provider": provider, "model_providers": PROVIDERS}
        async with conversation(self.workspace, script, resume=self.path or None, **settings) as talk:
            await talk.user("go")
            self.path = talk.path
            return thoughts(talk)

    def settings(self) -> list[dict[str, Any]]:
        found = [json.loads(line) for line in Path(self.path).read_text().splitlines()]
        return [line["payload"] for line in found if line["type"] == "turn_context"]


async def test_each_provider_is_sent_its_own_reasoning_alone(tmp_path: Path) -> None:
    saved = Saved(tmp_path / "w")
    assert await saved.go_on("one", "a") == []
    assert await saved.go_on("one", "b") == ["a"]
    assert await saved.go_on("two", "c") == []
    assert await saved.go_on("two", "d") == ["c"]
    assert await saved.go_on("one", "e") == ["a", "b"]
    assert await saved.go_on("one", "f") == ["a", "b", "e"]


async def test_what_was_said_is_sent_to_every_provider(tmp_path: Path) -> None:
    saved = Saved(tmp_path / "w")
    await saved.go_on("one", "a")
    script = [says("b")]
    settings: dict[str, Any] = {"model_provider": "two", "model_providers": PROVIDERS}
    async with conversation(saved.workspace, script, resume=saved.path, **settings) as talk:
        await talk.user("again")
        said = [item["content"][0]["text"] for item in talk.input() if item["type"] == "message"]
    assert said[-3:] == ["go", "A", "again"]


async def test_phases_of_messages_go_back_to_the_provider_that_told_them_alone(tmp_path: Path) -> None:
    spoken = answer({**message("Looking."), "phase": "commentary"}, message("Done."))
    path = None
    for provider, phases in (("one", []), ("one", ["commentary", None]), ("two", [None] * 4)):
        settings: dict[str, Any] = {"model_provider": provider, "model_providers": PROVIDERS}
        async with conversation(tmp_path / "w", [spoken], resume=path, **settings) as talk:
            turn = await talk.user("go")
            path = talk.path
            assert [item.get("phase") for item in talk.input() if item.get("role") == "assistant"] == phases
            raw = [event["item"] for event in turn.all("raw_response_item")]
            assert all("phase" not in item for item in raw)  # events have no word for it


async def test_only_attempts_of_another_provider_name_it(tmp_path: Path) -> None:
    saved = Saved(tmp_path / "w")
    for provider in ("one", "two", "one"):
        await saved.go_on(provider, "x")
    assert [settings.get("model_provider") for settings in saved.settings()] == [None, "two", None]


async def test_a_fork_for_another_provider_leaves_the_reasoning_out(tmp_path: Path) -> None:
    saved = Saved(tmp_path / "w")
    await saved.go_on("one", "a")
    await saved.go_on("one", "b")
    settings: dict[str, Any] = {"model_provider": "two", "model_providers": PROVIDERS}
    async with conversation(saved.workspace, [thinks("c"), thinks("d")], fork=(saved.path, 1), **settings) as talk:
        await talk.user("go")
        assert thoughts(talk) == []
        await talk.user("go")
        assert thoughts(talk) == ["c"]
        saved.path = talk.path
    assert await saved.go_on("two", "e") == ["c", "d"]
    assert await saved.go_on("one", "f") == ["a"]


async def test_a_file_that_does_not_name_its_provider_counts_as_the_same_ones(tmp_path: Path) -> None:
    saved = Saved(tmp_path / "w")
    await saved.go_on("one", "a")
    file = Path(saved.path)
    file.write_text(file.read_text().replace(',"model_provider":"one"', ""))
    assert await saved.go_on("two", "b") == ["a"]
