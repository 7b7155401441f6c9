"""What a client hears of a turn, in which order."""

from __future__ import annotations

import base64
from pathlib import Path

from story import (
    Told,
    added,
    answer,
    conversation,
    message,
    patch,
    plan,
    raw_delta,
    reasoning,
    says,
    section,
    shell,
    summary_delta,
    text_delta,
    texts,
)

from octavo.protocol import ops
from octavo.protocol.turn_items import ImageInput, LocalImageInput, TextInput

LIMITS = {
    "x-codex-primary-used-percent": "12.5",
    "x-codex-primary-window-minutes": "300",
    "x-codex-primary-reset-at": "1704069000",
}


async def test_the_first_event_announces_the_session_and_notices_follow_it(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("hi")], experimental_use_freeform_apply_patch=False) as talk:
        turn = await talk.user("hello")
    first, second = turn[0], turn[1]
    assert (first["id"], first["msg"]["type"]) == ("", "session_configured")
    assert first["msg"]["session_id"] == talk.conversation.id
    assert "initial_messages" not in first["msg"]
    assert "reasoning_effort" not in first["msg"]
    assert (second["id"], second["msg"]["type"]) == ("", "deprecation_notice")
    old = "experimental_use_freeform_apply_patch"
    assert second["msg"]["summary"] == f"`{old}` is deprecated. Use `apply_patch_freeform` instead."
    assert "--enable apply_patch_freeform" in second["msg"]["details"]


async def test_a_whole_turn(tmp_path: Path) -> None:
    thought, said = reasoning("**T**more", raw=("raw",)), message("all of it")
    first = answer(
        added(thought),
        section(),
        summary_delta("**T**"),
        summary_delta("more"),
        raw_delta("raw"),
        thought,
        added(said),
        text_delta("all "),
        text_delta("of it"),
        said,
        shell("echo hi"),
        plan(("a", "completed")),
        headers=LIMITS,
    )
    async with conversation(tmp_path / "w", [first, says("done")]) as talk:
        turn = await talk.user("hi there")
    kinds = turn.kinds()[1:]
    assert kinds[:4] == ["task_started", "item_started", "item_completed", "user_message"]
    assert kinds[4:18] == [
        "token_count",
        "item_started",
        "agent_reasoning_section_break",
        *["reasoning_content_delta", "agent_reasoning_delta"] * 2,
        *["reasoning_raw_content_delta", "agent_reasoning_raw_content_delta"],
        *["item_completed", "agent_reasoning"],
        "item_started",
        *["agent_message_content_delta", "agent_message_delta"],
    ]
    assert kinds[-6:] == [
        "token_count",
        "item_started",
        "item_completed",
        "agent_message",
        "token_count",
        "task_complete",
    ]
    assert turn.one("task_complete") == {"type": "task_complete", "last_agent_message": "done"}
    assert turn.one("task_started") == {"type": "task_started", "model_context_window": 258_400}
    assert texts(turn.items)[1:] == [
        *["hi there", "<reasoning>", "all of it", "shell(c1)", texts(turn.items)[5]],
        *["update_plan(p1)", "p1: Plan updated", "done"],
    ]


async def test_results_are_recorded_in_one_block_behind_the_last_tool(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [answer(message("m"), shell("echo hi")), says("done")]) as talk:
        turn = await talk.user("go")
    kinds = [event["msg"]["type"] for event in turn]
    end = kinds.index("exec_command_end")
    assert kinds[end + 1 : end + 4] == ["raw_response_item"] * 3
    assert "raw_response_item" not in kinds[kinds.index("user_message") : end]


async def test_companions_follow_their_item_at_once_with_the_same_id(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [answer(reasoning("a", "b"), message("m"))]) as talk:
        turn = await talk.user("go")
    kinds = turn.kinds()
    place = kinds.index("agent_reasoning")
    assert kinds[place - 1 : place + 2] == ["item_completed", "agent_reasoning", "agent_reasoning"]
    assert [payload["text"] for payload in turn.all("agent_reasoning")] == ["a", "b"]
    assert Told(turn[1:]).ids() == {"auto-compact-0", "0"}


async def test_an_item_keeps_its_id_from_the_first_delta_to_its_end(tmp_path: Path) -> None:
    said = message("word", item_id="msg_7")
    async with conversation(tmp_path / "w", [answer(added(said), text_delta("word"), said)]) as talk:
        turn = await talk.user("go")
    started = turn.all("item_started")[1]["item"]["AgentMessage"]
    assert started == {"id": "msg_7", "content": [{"Text": {"text": ""}}]}
    assert turn.one("agent_message_content_delta")["item_id"] == "msg_7"
    completed = turn.all("item_completed")[1]["item"]["AgentMessage"]
    assert completed == {"id": "msg_7", "content": [{"Text": {"text": "word"}}]}


async def test_an_item_without_an_id_gets_one_that_stays(tmp_path: Path) -> None:
    said = {key: value for key, value in message("word").items() if key != "id"}
    async with conversation(tmp_path / "w", [answer(added(said), text_delta("word"), said)]) as talk:
        turn = await talk.user("go")
    ids = {turn.all(kind)[-1]["item"]["AgentMessage"]["id"] for kind in ("item_started", "item_completed")}
    assert ids == {turn.one("agent_message_content_delta")["item_id"]}
    assert "" not in ids


async def test_an_item_that_comes_whole_starts_and_ends_with_equal_content(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("word")]) as talk:
        turn = await talk.user("go")
    assert turn.all("item_started")[1] == turn.all("item_completed")[1] | {"type": "item_started"}


async def test_a_delta_without_an_item_is_dropped(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [answer(text_delta("stray"), message("m"))]) as talk:
        turn = await talk.user("go")
    assert not turn.all("agent_message_delta")
    assert turn.one("task_complete")["last_agent_message"] == "m"


async def test_raw_reasoning_is_told_in_pieces_always_and_whole_only_on_demand(tmp_path: Path) -> None:
    thought = reasoning(raw=("deep",))
    for wanted in (False, True):
        script = [answer(added(thought), raw_delta("deep"), thought, message("m"))]
        async with conversation(tmp_path / f"w{wanted}", script, show_raw_agent_reasoning=wanted) as talk:
            turn = await talk.user("go")
        assert turn.one("agent_reasoning_raw_content_delta")["delta"] == "deep"
        assert [payload["text"] for payload in turn.all("agent_reasoning_raw_content")] == ["deep"] * wanted


async def test_a_message_of_two_parts_gives_two_flat_messages(tmp_path: Path) -> None:
    said = message("one")
    said["content"].append({"type": "output_text", "text": "two"})
    async with conversation(tmp_path / "w", [answer(said)]) as talk:
        turn = await talk.user("go")
    assert [payload["message"] for payload in turn.all("agent_message")] == ["one", "two"]
    assert turn.one("task_complete")["last_agent_message"] == "two"


async def test_a_search_of_the_provider_is_shown_but_not_remembered(tmp_path: Path) -> None:
    action = {"type": "search", "query": "rust"}
    search = {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": action}
    async with conversation(tmp_path / "w", [answer(search, message("m")), says("more")]) as talk:
        turn = await talk.user("go")
        await talk.user("again")
        place = turn.kinds().index("web_search_end")
        assert turn.kinds()[place - 2 : place] == ["item_started", "item_completed"]
        assert turn.one("web_search_end") == {"type": "web_search_end", "call_id": "ws_1", "query": "rust"}
        assert "web_search_begin" not in turn.kinds()
        assert texts(talk.input())[1:] == ["go", "m", "again"]
        assert "web_search_call" not in {item["type"] for item in talk.saved_items()}


async def test_every_answer_tells_its_limits_before_its_items(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [answer(message("m"), headers=LIMITS), says("b")]) as talk:
        first, second = await talk.user("go"), await talk.user("on")
    before, after = first.all("token_count")
    window = {"used_percent": 12.5, "window_minutes": 300, "resets_at": 1704069000}
    assert before == {
        "type": "token_count",
        "info": None,
        "rate_limits": {"primary": window, "secondary": None},
    }
    assert after["info"]["total_token_usage"]["total_tokens"] == 10
    assert after["rate_limits"] == before["rate_limits"]
    assert second.all("token_count")[0]["rate_limits"] == {"primary": None, "secondary": None}
    kinds = second.kinds()
    assert kinds.index("token_count") < kinds.index("item_started", kinds.index("user_message"))


async def test_an_answer_without_usage_leaves_the_counts_as_they_were(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("a", tokens=7), answer(message("b"), tokens=None)]) as talk:
        first, second = await talk.user("go"), await talk.user("on")
    assert second.all("token_count")[-1]["info"] == first.all("token_count")[-1]["info"]


async def test_the_window_in_the_counts_is_that_of_the_first_usage(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    async with conversation(workspace, [says("a"), says("b")]) as talk:
        await talk.user("go")
        turn = await talk.user_turn("on", cwd=workspace, model="gpt-4o")
    assert turn.one("task_started")["model_context_window"] == 121_600
    assert turn.all("token_count")[-1]["info"]["model_context_window"] == 258_400


async def test_a_user_message_always_lists_its_images(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("a"), says("b")]) as talk:
        turn = await talk.user("go")
        assert turn.one("user_message") == {"type": "user_message", "message": "go", "images": []}
        missing = tmp_path / "nope.png"
        parts = (
            TextInput("T1"),
            LocalImageInput(str(missing)),
            TextInput("T2"),
            ImageInput("data:image/png;base64,AA"),
        )
        turn = await talk.rest_of(await talk.submit(ops.UserInputOp(parts)))
    told = turn.one("user_message")
    assert told["images"] == ["data:image/png;base64,AA"]
    reason = f"failed to read image at {missing}: No such file or directory (os error 2)"
    assert told["message"] == f"T1Codex could not read the local image at `{missing}`: {reason}T2"


async def test_words_that_read_like_the_environment_give_no_item(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("a")]) as talk:
        turn = await talk.user("  <Environment_Context> of mine")
    assert not turn.all("user_message")
    assert texts(talk.input())[-1] == "  <Environment_Context> of mine"


async def test_an_empty_turn_ends_at_once(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w") as talk:
        turn = await talk.rest_of(await talk.submit(ops.UserInputOp(())))
    assert turn.kinds()[1:] == ["task_complete"]
    assert turn.one("task_complete")["last_agent_message"] is None


async def test_pieces_of_output_carry_the_raw_bytes(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [answer(shell("printf 'a\\377b'; echo oops >&2")), says("a")]) as talk:
        turn = await talk.user("go")
    pieces = turn.all("exec_command_output_delta")
    for stream, expected in (("stdout", b"a\xffb"), ("stderr", b"oops\n")):
        assert b"".join(base64.b64decode(one["chunk"]) for one in pieces if one["stream"] == stream) == expected
    end = turn.one("exec_command_end")
    assert (end["stdout"], end["stderr"]) == ("a\ufffdb", "oops\n")
    assert set(end["duration"]) == {"secs", "nanos"}


async def test_without_readers_of_deltas_none_are_made(tmp_path: Path) -> None:
    said = message("word")
    script = [answer(added(said), text_delta("word"), said)]
    async with conversation(tmp_path / "w", script, services={"deltas": False}) as talk:
        turn = await talk.user("go")
    assert not turn.all("agent_message_delta")
    assert turn.one("agent_message")["message"] == "word"


async def test_the_diff_of_the_turn_comes_again_with_every_answer(tmp_path: Path) -> None:
    script = [answer(patch("*** Add File: new.txt\n+hi")), says("done")]
    async with conversation(tmp_path / "w", script) as talk:
        turn = await talk.user("go")
    diffs = [payload["unified_diff"] for payload in turn.all("turn_diff")]
    assert len(diffs) == 3
    assert len(set(diffs)) == 1
    assert "+hi\n" in diffs[0]


async def test_every_operation_takes_an_id_of_its_own(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("a"), says("b")]) as talk:
        assert [await talk.say("one"), await talk.interrupt()] == ["0", "1"]
        await talk.rest_of("0")
        assert await talk.say("two") == "2"
        assert await talk.submit(ops.UserInputOp(()), "mine") == "mine"
        await talk.rest_of("2")
