"""Making room by a summary: when, with which words, and that nothing of the user's is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from story import (
    Talk,
    after_context,
    answer,
    completed,
    conversation,
    cut_off,
    fails,
    message,
    says,
    shell,
    texts,
)

from octavo.engine.compaction import TEMPLATE, compacted_history
from octavo.model.scripted import Script
from octavo.protocol import ops
from octavo.protocol.items import InputImage, InputText, Message, message_text

LIMIT: dict[str, Any] = {"model_auto_compact_token_limit": 100}


def empty_answer() -> Script:
    return Script([completed()])


async def compact(talk: Talk) -> None:
    await talk.rest_of(await talk.submit(ops.Compact()))


def bridge_of(messages: list[Message], summary: str) -> str:
    (message,) = compacted_history([], messages, summary)
    assert isinstance(message, Message)
    return message_text(message)


def bridge_text(messages: str, summary: str) -> str:
    return TEMPLATE.format(messages=messages, summary=summary)


async def test_on_demand(tmp_path: Path) -> None:
    script = [says("one"), says("THE SUMMARY"), says("two")]
    async with conversation(tmp_path / "w", script, compact_prompt="SUM UP") as talk:
        await talk.user("go")
        turn = await talk.rest_of(await talk.submit(ops.Compact()))
        assert turn.kinds() == ["task_started", "token_count", "token_count", "agent_message", "task_complete"]
        assert turn.one("agent_message")["message"] == "Compact task completed"
        assert turn.one("task_complete")["last_agent_message"] is None
        request = talk.requests[1]
        assert after_context(request["input"]) == ["go", "one", "SUM UP"]
        assert (request["tools"], request["parallel_tool_calls"]) == ([], False)
        assert request["instructions"] != "You help."
        await talk.user("on")
        assert after_context(talk.input()) == [bridge_text("go", "THE SUMMARY"), "on"]
        assert len(talk.input()) == 3
        assert "THE SUMMARY" not in after_context(talk.saved_items())
        lines = [(line["type"], line["payload"].get("message")) for line in talk.saved]
        place = lines.index(("compacted", "THE SUMMARY"))
        assert lines[place + 1] == ("event_msg", "Compact task completed")
        total = turn.all("token_count")[-1]["info"]["total_token_usage"]["total_tokens"]
        assert total == 20


async def test_the_built_in_question_asks_for_a_note_to_whoever_takes_over(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("one"), says("S")]) as talk:
        await talk.user("go")
        await compact(talk)
        question = after_context(talk.input())[-1].lower()
    for word in ("done", "remain", "plan", "todo", "test", "bug"):
        assert word in question


async def test_shell_results_keep_their_json_in_the_question_for_a_summary(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [answer(shell("echo hi")), says("one"), says("S")]) as talk:
        await talk.user("go")
        await compact(talk)
        assert [item["output"][:9] for item in talk.input(1) if "output" in item] == ["Exit code"]
        assert [item["output"][:9] for item in talk.input(2) if "output" in item] == ['{"output"']


async def test_by_itself_after_a_plain_answer_that_fills_the_window(tmp_path: Path) -> None:
    script = [says("full", tokens=100), says("S"), says("fresh", tokens=99)]
    async with conversation(tmp_path / "w", script, **LIMIT) as talk:
        turn = await talk.user("go")
        assert len(talk.requests) == 3
        assert after_context(talk.input()) == [bridge_text("go", "S")]
        assert len(talk.input()) == 2
    assert len(turn.all("task_started")) == 1
    assert turn.ids() == {"", "auto-compact-0", "0"}
    assert turn.one("task_complete")["last_agent_message"] == "fresh"
    place = turn.kinds().index("agent_message", turn.kinds().index("agent_message") + 1)
    assert turn.kinds()[place - 2 : place] == ["token_count", "token_count"]


async def test_reasoning_does_not_fill_the_window(tmp_path: Path) -> None:
    script = [Script([{"type": "response.output_item.done", "item": message("m")}, completed(120, 21)])]
    async with conversation(tmp_path / "w", script, **LIMIT) as talk:
        turn = await talk.user("go")
        assert len(talk.requests) == 1
    assert turn.one("task_complete")["last_agent_message"] == "m"


async def test_still_too_much_after_a_summary_ends_the_turn(tmp_path: Path) -> None:
    script = [says("full", tokens=100), says("S"), says("full again", tokens=150), says("fine")]
    async with conversation(tmp_path / "w", script, **LIMIT) as talk:
        turn = await talk.user("go")
        assert len(talk.requests) == 3
        assert turn.kinds()[-2:] == ["error", "task_complete"]
        assert turn.one("error")["message"] == (
            "Conversation is still above the token limit after automatic summarization (limit 100, current 150). "
            "Please start a new session or trim your input."
        )
        assert turn.one("task_complete")["last_agent_message"] is None
        await talk.user("next")
        assert after_context(talk.input())[1:] == ["full again", "next"]


async def test_an_ordinary_answer_in_between_allows_another_summary(tmp_path: Path) -> None:
    script = [
        answer(shell("true", "c1"), tokens=100),
        says("S1"),
        answer(shell("true", "c2"), tokens=50),
        answer(shell("true", "c3"), tokens=100),
        says("S2"),
        says("done"),
    ]
    async with conversation(tmp_path / "w", script, **LIMIT) as talk:
        turn = await talk.user("go")
        assert after_context(talk.input()) == [bridge_text(bridge_text("go", "S1"), "S2")]
    assert turn.one("task_complete")["last_agent_message"] == "done"


async def test_without_an_answer_the_last_words_of_the_assistant_stand_for_the_summary(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("last words"), empty_answer(), says("b")]) as talk:
        await talk.user("go")
        await compact(talk)
        await talk.user("on")
        assert after_context(talk.input())[0] == bridge_text("go", "last words")


async def test_without_any_words_there_is_no_summary(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [empty_answer(), empty_answer(), says("b")]) as talk:
        await talk.user("go")
        await compact(talk)
        await talk.user("on")
        assert after_context(talk.input())[0] == bridge_text("go", "(no summary available)")


async def test_what_does_not_fit_is_left_out_of_the_question_oldest_first(tmp_path: Path) -> None:
    script = [answer(message("m0"), shell("true")), says("a0"), *[fails("context_window")] * 3, says("S"), says("b")]
    async with conversation(tmp_path / "w", script) as talk:
        await talk.user("first words")
        turn = await talk.rest_of(await talk.submit(ops.Compact()))
        assert [text.split(":")[0] for text in texts(talk.input(4))][:-1] == ["m0", "shell(c1)", "c1", "a0"]
        assert [text.split(":")[0] for text in texts(talk.input(5))][:-1] == ["shell(c1)", "c1", "a0"]
        (told,) = turn.all("background_event")
        trimmed = "Trimmed 3 older conversation item(s) before compacting so the prompt fits the model context window."
        assert told["message"] == trimmed
        await talk.user("on")
        assert after_context(talk.input()) == [bridge_text("first words", "S"), "on"]


async def test_a_call_is_left_out_together_with_its_output(tmp_path: Path) -> None:
    script = [answer(shell("true")), says("a0"), *[fails("context_window")] * 3, says("S")]
    async with conversation(tmp_path / "w", script) as talk:
        await talk.user("go")
        turn = await talk.rest_of(await talk.submit(ops.Compact()))
        assert texts(talk.input())[:-1] == ["a0"]
    assert turn.one("background_event")["message"].startswith("Trimmed 3 older")


async def test_when_not_even_the_question_fits_nothing_is_changed(tmp_path: Path) -> None:
    script = [*[fails("context_window")] * 2, says("b")]
    async with conversation(tmp_path / "w", script) as talk:
        turn = await talk.rest_of(await talk.submit(ops.Compact()))
        assert turn.kinds()[-3:] == ["token_count", "error", "task_complete"]
        assert turn.all("token_count")[-1]["info"]["total_token_usage"]["total_tokens"] == 258_400
        await talk.user("on")
        assert after_context(talk.input()) == ["on"]


async def test_a_summary_that_fails_costs_nothing(tmp_path: Path) -> None:
    script = [says("one"), cut_off(), cut_off(), says("b")]
    async with conversation(tmp_path / "w", script, stream_max_retries=1) as talk:
        await talk.user("go")
        turn = await talk.rest_of(await talk.submit(ops.Compact()))
        assert [payload["message"] for payload in turn.all("stream_error")] == ["Reconnecting... 1/1"]
        assert turn.kinds()[-2:] == ["error", "task_complete"]
        assert len([line for line in talk.saved if line["type"] == "turn_context"]) == 2
        await talk.user("on")
        assert after_context(talk.input()) == ["go", "one", "on"]


async def test_a_failed_summary_inside_a_turn_lets_the_turn_go_on(tmp_path: Path) -> None:
    script = [answer(shell("true"), tokens=100), fails("model", "no"), says("done")]
    async with conversation(tmp_path / "w", script, **LIMIT) as talk:
        turn = await talk.user("go")
        assert len(after_context(talk.input())) == 3
    assert turn.one("error")["message"] == "no"
    assert turn.one("task_complete")["last_agent_message"] == "done"


async def test_nothing_that_the_user_wrote_in_forty_turns_is_lost(tmp_path: Path) -> None:
    script = [says(f"a{n}", tokens=100 if n % 10 == 9 else 10) for n in range(40)]
    for place in (40, 30, 20, 10):
        script[place:place] = [says(f"S{place}"), says("after")]
    async with conversation(tmp_path / "w", script, **LIMIT) as talk:
        for number in range(40):
            await talk.user(f"<words {number}>")
        await talk.user("on")
        seen = "\n".join(after_context(talk.input()))
        live = talk.input()
        path = talk.path
    for number in range(40):
        assert seen.count(f"<words {number}>") == 1
    async with conversation(tmp_path / "w", [says("x")], resume=path) as talk:
        await talk.user("resumed")
        assert talk.input()[: len(live)] == live


async def test_a_resumed_session_knows_what_the_live_one_knew(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    script = [answer(message("m"), shell("true")), says("one"), says("S"), says("two")]
    async with conversation(workspace, script) as talk:
        await talk.user("go")
        await compact(talk)
        await talk.user("on")
        live, path = talk.input(), talk.path
    async with conversation(workspace, [says("three")], resume=path) as talk:
        await talk.user("more")
        assert talk.input()[: len(live)] == live
        assert after_context(talk.input())[2:] == ["two", "more"]


def test_long_words_of_the_user_are_cut_in_the_middle() -> None:
    def asked(text: str) -> Message:
        return Message("user", (InputText(text),))

    lines = [asked("\n".join(f"{letter}{number:09}" for number in range(4000))) for letter in "abc"]
    text = bridge_of(lines, "S")
    start = text.index("a000000000")
    kept = text[start : text.index("\n----- end")]
    assert len(kept.encode()) <= 80_000
    head, marker, tail = kept.partition(" tokens truncated\u2026\n")
    assert marker
    assert head.rpartition("\u2026")[2].isdigit()
    assert head.rpartition("\u2026")[0].endswith("\n")
    assert tail.startswith(("b", "c"))
    assert tail.endswith("c000003999")
    assert len(kept.encode()) > 79_900


def test_pictures_do_not_outlive_a_summary() -> None:
    picture = Message("user", (InputText("look"), InputImage("data:x")))
    assert bridge_of([picture], "S") == bridge_text("look", "S")
    assert bridge_of([], "") == bridge_text("(none)", "(no summary available)")
