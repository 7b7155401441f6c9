"""Going on with a saved session: where it ended, or from an earlier point."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from story import after_context, answer, conversation, message, reasoning, says, shell, texts

from octavo.protocol import ops
from octavo.protocol.policy import ReadOnly


async def saved_session(workspace: Path, *, turns: int = 2) -> str:
    """A session with a command in its first turn; the path of its file."""
    script = [answer(reasoning("T"), message("m0"), shell("echo hi")), *(says(f"a{n}") for n in range(turns))]
    async with conversation(workspace, script) as talk:
        for number in range(turns):
            await talk.user(f"u{number}")
        return talk.path


async def test_a_resumed_session_goes_on_as_if_it_had_never_ended(tmp_path: Path) -> None:
    live, resumed = tmp_path / "live", tmp_path / "w"
    path = await saved_session(resumed)
    script = [answer(reasoning("T"), message("m0"), shell("echo hi")), says("a0"), says("a1"), says("a2")]
    async with conversation(live, script) as talk:
        for number in range(3):
            await talk.user(f"u{number}")
        expected = after_context(talk.input())
    before = Path(path).read_bytes()
    async with conversation(resumed, [says("a2")], resume=path) as talk:
        turn = await talk.user("u2")
        assert [text.split("Wall")[0] for text in after_context(talk.input())] == [
            text.split("Wall")[0] for text in expected
        ]
        assert talk.path == path
        kinds = [line["type"] for line in talk.saved]
    configured = turn[0]["msg"]
    assert configured["session_id"] in path
    assert [one["message"] for one in configured["initial_messages"] if one["type"] == "user_message"] == ["u0", "u1"]
    assert Path(path).read_bytes().startswith(before)
    assert kinds.count("session_meta") == 1


async def test_the_saved_events_come_back_word_for_word_and_in_order(tmp_path: Path) -> None:
    path = await saved_session(tmp_path / "w")
    lines = [json.loads(line) for line in Path(path).read_text().splitlines()]
    async with conversation(tmp_path / "w", resume=path) as talk:
        configured = await talk.until("session_configured")
    assert configured["initial_messages"] == [line["payload"] for line in lines if line["type"] == "event_msg"]


async def test_going_on_with_a_session_that_is_open_elsewhere_warns(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("a"), says("b")]) as first:
        await first.user("one")
        async with conversation(tmp_path / "w", [says("c")], resume=first.path) as second:
            turn = await second.user("two")
        assert "open somewhere else" in turn.one("warning")["message"]
        assert not (await first.user("three")).all("warning")
    async with conversation(tmp_path / "w", [says("d")], resume=first.path) as alone:
        assert not (await alone.user("four")).all("warning")


async def test_resuming_adds_no_context_and_starts_the_counts_anew(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    path = await saved_session(workspace)
    async with conversation(workspace, [says("a")], resume=path, approval_policy="untrusted") as talk:
        turn = await talk.user_turn("on", cwd=tmp_path, approval="on-request")
    assert texts(turn.items) == ["on", "a"]
    assert turn.all("token_count")[0]["info"] is None


async def test_the_same_session_again_and_again(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    path = await saved_session(workspace, turns=1)
    for number in range(1, 4):
        async with conversation(workspace, [says(f"a{number}")], resume=path) as talk:
            await talk.user(f"u{number}")
            said = after_context(talk.input())
    assert [text for text in said if text.startswith("u")] == ["u0", "u1", "u2", "u3"]


async def test_a_damaged_file_is_read_as_far_as_it_can_be(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    path = await saved_session(workspace, turns=1)
    odd: list[dict[str, Any]] = [
        {"type": "function_call", "name": "shell", "arguments": "{}", "call_id": "lonely"},
        {"type": "function_call_output", "call_id": "orphan", "output": "x"},
        {"type": "custom_tool_call", "call_id": "custom", "name": "apply_patch", "input": "x"},
        {"type": "message", "role": "system", "content": [{"type": "input_text", "text": "SYSTEM"}]},
        {"type": "web_search_call", "status": "completed", "action": {"type": "search", "query": "q"}},
    ]
    with open(path, "a") as file:
        for item in odd:
            file.write(json.dumps({"timestamp": "2025-11-24T18:22:12.300Z", "type": "response_item", "payload": item}))
            file.write("\n")
        file.write('{"timestamp": "2025-11-24T18:22:12.300Z", "type": "hologram", "payload": {}}\n')
        file.write('not json\n\n{"timestamp": "2025-11-2')
    async with conversation(workspace, [says("b")], resume=path) as talk:
        await talk.user("on")
        assert after_context(talk.input())[-6:] == [
            *["shell(lonely)", "lonely: aborted", "apply_patch(custom)", "custom: aborted"],
            *["<web_search_call>", "on"],
        ]


async def test_a_fork_keeps_what_stood_before_the_message(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    path = await saved_session(workspace)
    async with conversation(workspace, [says("b")], fork=(path, 1)) as talk:
        turn = await talk.user("other")
        assert [text.split(":")[0] for text in after_context(talk.input())] == [
            *["u0", "<reasoning>", "m0", "shell(c1)", "c1", "a0", "other"]
        ]
        metas = [line["payload"]["id"] for line in talk.saved if line["type"] == "session_meta"]
        assert talk.path != path
    configured = turn[0]["msg"]
    assert metas[0] == configured["session_id"]
    assert metas[1] in path
    assert [one["message"] for one in configured["initial_messages"] if one["type"] == "user_message"] == ["u0"]


async def test_a_fork_can_be_resumed_and_forked_again(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    path = await saved_session(workspace)
    async with conversation(workspace, [says("b")], fork=(path, 1)) as talk:
        await talk.user("other")
        fork, fork_id = talk.path, talk.conversation.id
    async with conversation(workspace, [says("c")], resume=fork) as talk:
        assert talk.conversation.id == fork_id
        await talk.user("on")
        assert after_context(talk.input())[-3:] == ["other", "b", "on"]
    async with conversation(workspace, [says("d")], fork=(fork, 1)) as talk:
        await talk.user("third")
        assert after_context(talk.input())[-2:] == ["a0", "third"]


async def test_a_fork_before_the_first_message_keeps_the_context(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    path = await saved_session(workspace)
    async with conversation(workspace, [says("b")], fork=(path, 0), model_reasoning_effort="high") as talk:
        turn = await talk.user("again")
        assert len(talk.input()) == 2
        assert after_context(talk.input()) == ["again"]
    assert turn[0]["msg"]["initial_messages"] == []
    assert turn[0]["msg"]["reasoning_effort"] == "high"


async def test_a_fork_behind_the_last_message_is_a_new_conversation(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    path = await saved_session(workspace)
    async with conversation(workspace, [says("b")], fork=(path, 2)) as talk:
        turn = await talk.user("new")
        assert after_context(talk.input()) == ["new"]
        assert len(talk.input()) == 2
    assert "initial_messages" not in turn[0]["msg"]


async def test_settings_come_from_the_configuration_and_not_from_the_file(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    path = await saved_session(workspace)
    async with conversation(workspace, [says("b")], resume=path, model="gpt-5") as talk:
        await talk.submit(ops.OverrideTurnContext(sandbox_policy=ReadOnly()))
        await talk.user("on")
        context = next(line["payload"] for line in reversed(talk.saved) if line["type"] == "turn_context")
    assert (context["model"], context["sandbox_policy"]) == ("gpt-5", {"mode": "read-only"})
