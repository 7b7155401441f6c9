"""What a summary has replaced: kept as far as the next summary needs it, and nowhere else."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from story import answer, conversation, says, shell

from octavo.engine import rebuild
from octavo.protocol.middle_cut import JoinedTexts, cut_middle

STAMP = "2026-11-29T10:00:00.000Z"


def line(kind: str, **payload: Any) -> bytes:
    return json.dumps({"timestamp": STAMP, "type": kind, "payload": payload}, separators=(",", ":")).encode() + b"\n"


def asked(text: str) -> bytes:
    return line("response_item", type="message", role="user", content=[{"type": "input_text", "text": text}])


def output(size: int) -> bytes:
    return line("response_item", type="function_call_output", call_id="c", output="x" * size)


async def saved(tmp_path: Path, *lines: bytes) -> str:
    """A session of ours with these lines behind what it began with."""
    async with conversation(tmp_path / "w", [answer(shell(["true"])), says("done")]) as talk:
        await talk.user("hello")
        path: str = talk.conversation._session.recorder.path
    with open(path, "ab") as file:
        file.writelines(lines)
    return path


async def goes_on(tmp_path: Path, path: str) -> list[str]:
    """The texts that the model is sent after a resume."""
    async with conversation(tmp_path / "w", [says("ok")], resume=path) as talk:
        await talk.user("now")
        sent = talk.requests[-1]["input"]
    return [part["text"] for item in sent if item["type"] == "message" for part in item["content"]]


async def test_a_summary_keeps_the_users_words_of_before_and_nothing_else(tmp_path: Path) -> None:
    path = await saved(tmp_path, asked("first"), output(10), asked("second"), line("compacted", message="In short."))
    texts = await goes_on(tmp_path, path)
    (bridge,) = [text for text in texts if "In short." in text]
    assert bridge.index("hello") < bridge.index("first") < bridge.index("second")
    assert texts[-1] == "now"


async def test_a_second_summary_stands_on_the_first(tmp_path: Path) -> None:
    path = await saved(
        tmp_path, line("compacted", message="Short one."), asked("meanwhile"), line("compacted", message="Short two.")
    )
    (bridge,) = [text for text in await goes_on(tmp_path, path) if "Short two." in text]
    assert bridge.index("hello") < bridge.index("Short one.") < bridge.index("meanwhile")


async def test_turns_that_were_taken_back_before_a_summary_are_not_in_it(tmp_path: Path) -> None:
    back = line("event_msg", type="thread_rolled_back", num_turns=1)
    path = await saved(tmp_path, asked("keep"), asked("drop"), back, line("compacted", message="In short."))
    (bridge,) = [text for text in await goes_on(tmp_path, path) if "In short." in text]
    assert "keep" in bridge
    assert "drop" not in bridge


async def test_what_a_summary_has_replaced_is_not_in_memory(tmp_path: Path) -> None:
    path = await saved(tmp_path, *[output(200_000)] * 400, line("compacted", message="In short."), asked("after"))
    tracemalloc.start()
    try:
        texts = await goes_on(tmp_path, path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "after" in texts
    assert peak < 20_000_000, "the file has 80 MB"


async def test_however_much_the_user_said_the_bridge_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [asked(f"{number} " + "word\n" * 400) for number in range(100)]
    path = await saved(tmp_path, *said, line("compacted", message="In short."))
    whole = await goes_on(tmp_path, path)
    path = await saved(tmp_path / "again", *said, line("compacted", message="In short."))
    monkeypatch.setattr(rebuild, "_MOST_SAID", 10_000)
    assert [text for text in await goes_on(tmp_path / "again", path) if "In short." in text] == [
        text for text in whole if "In short." in text
    ]


@pytest.mark.parametrize("size", [1, 7, 40, 200, 1000])
def test_texts_that_come_one_by_one_are_cut_as_if_they_were_one(size: int) -> None:
    texts = [f"{number}é{'x' * (number * 7 % 23)}\n{'日' * (number % 5)}" for number in range(60)]
    for count in (0, 1, 2, 5, 60):
        joined = JoinedTexts(size)
        for text in texts[:count]:
            joined.add(text)
        assert joined.cut() == cut_middle("\n\n".join(texts[:count]), size)
