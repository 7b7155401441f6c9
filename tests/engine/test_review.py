"""A review: another conversation looks at the work."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from story import (
    Talk,
    Told,
    a_long_sleep,
    added,
    after_context,
    answer,
    conversation,
    cut_off,
    message,
    processes_with,
    reasoning,
    says,
    shell,
    text_delta,
    texts,
)

from octavo.engine.review_report import findings_block, parse_review
from octavo.protocol import ops
from octavo.protocol.review import CodeLocation, LineRange, ReviewFinding, ReviewOutput, ReviewRequest

VERDICT = {
    "findings": [
        {
            "title": "Bug A",
            "body": "line one\nline two",
            "confidence_score": 0.9,
            "priority": 1,
            "code_location": {"absolute_file_path": "/x/a.py", "line_range": {"start": 3, "end": 7}},
        }
    ],
    "overall_correctness": "patch is incorrect",
    "overall_explanation": " Two bugs. ",
    "overall_confidence_score": 0.75,
}
FORWARDED_NOT = {"agent_message_delta", "agent_message_content_delta"}


async def start(talk: Talk, prompt: str = "look") -> str:
    return await talk.submit(ops.Review(ReviewRequest(prompt, "changes")))


async def review(talk: Talk, prompt: str = "look") -> Told:
    return await talk.rest_of(await start(talk, prompt))


async def test_the_reviewer_has_a_model_a_prompt_and_a_history_of_its_own(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    workspace.mkdir()
    (workspace / "AGENTS.md").write_text("project")
    settings: dict[str, Any] = {"review_model": "gpt-5", "developer_instructions": "dev"}
    script = [says("one"), answer(message(json.dumps(VERDICT))), says("two")]
    async with conversation(workspace, script, **settings) as talk:
        await talk.user("go")
        turn = await review(talk)
        request, body = talk.backend.requests[1], talk.requests[1]  # type: ignore[attr-defined]
        assert (body["model"], body["reasoning"]) == ("gpt-5", {"effort": "low", "summary": "detailed"})
        assert request.subagent == "review"
        assert request.conversation_id != talk.conversation.id
        assert texts(body["input"])[0] == "dev"
        assert after_context(body["input"]) == ["dev", "look"]
        assert not [text for text in texts(body["input"]) if "project" in text]
        assert "You help." not in body["instructions"]
        assert not {"web_search", "view_image"} & {tool.get("name") for tool in body["tools"]}
        await talk.user("on")
        told = after_context(talk.input())
    assert told[:3] == ["dev", "go", "one"]
    assert told[3].startswith("<user_action>\n")
    assert "full review output from reviewer model" in told[3]
    assert "<action>review</action>" in told[3]
    assert "Two bugs.\n\nReview comment:\n\n- Bug A \u2014 /x/a.py:3-7\n  line one\n  line two" in told[3]
    assert told[4:] == ["on"]
    assert turn.ids() == {"1"}


async def test_a_server_that_does_not_start_fails_no_review(tmp_path: Path) -> None:
    bad = {"bad": {"command": "no-such-program"}}
    async with conversation(tmp_path / "w", [says(json.dumps(VERDICT))], mcp_servers=bad) as talk:
        turn = await review(talk)
    assert [told["msg"] for told in turn if (told["id"], told["msg"]["type"]) == ("0", "error")] == []
    assert turn.one("exited_review_mode")["review_output"] is not None


async def test_what_the_client_hears(tmp_path: Path) -> None:
    said = message(json.dumps(VERDICT))
    script = [answer(reasoning("T"), added(said), text_delta("{"), said)]
    async with conversation(tmp_path / "w", script) as talk:
        turn = await review(talk)
    kinds = turn.kinds("session_configured")
    assert kinds[0] == "entered_review_mode"
    assert turn.one("entered_review_mode") == {
        "type": "entered_review_mode",
        "prompt": "look",
        "user_facing_hint": "changes",
    }
    assert kinds[-2:] == ["exited_review_mode", "task_complete"]
    output = turn.one("exited_review_mode")["review_output"]
    assert output["findings"] == VERDICT["findings"]
    assert output["overall_confidence_score"] == 0.75
    assert turn.one("task_complete")["last_agent_message"] is None
    assert not turn.all("agent_message")
    assert not FORWARDED_NOT & set(kinds)
    assert len(turn.all("user_message")) == len(turn.all("agent_reasoning")) == len(turn.all("task_started")) == 1


async def test_of_two_messages_the_client_hears_the_first(tmp_path: Path) -> None:
    script = [answer(message("thinking aloud"), message("verdict", item_id="msg_2"))]
    async with conversation(tmp_path / "w", script) as talk:
        turn = await review(talk)
    assert [payload["message"] for payload in turn.all("agent_message")] == ["thinking aloud"]
    assert turn.one("exited_review_mode")["review_output"]["overall_explanation"] == "verdict"


async def test_without_a_message_there_is_no_output(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [answer(), says("a")]) as talk:
        turn = await review(talk)
        assert turn.one("exited_review_mode")["review_output"] is None
        await talk.user("on")
        told = after_context(talk.input())[0]
    assert "None." in told
    assert "/review" in told


async def test_a_reviewer_that_fails_gives_no_output(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [cut_off()]) as talk:
        turn = await review(talk)
    assert turn.kinds()[-3:] == ["error", "exited_review_mode", "task_complete"]
    assert turn.one("exited_review_mode")["review_output"] is None


async def test_a_server_that_does_not_start_is_told_once_though_the_reviewer_tries_it_too(tmp_path: Path) -> None:
    servers = {"gone": {"command": "no-such-program"}}
    async with conversation(tmp_path / "w", [says("hi"), says("fine")], mcp_servers=servers) as talk:
        told = [*await talk.user("go"), *await review(talk)]
        errors = [event["msg"]["message"] for event in told if event["msg"]["type"] == "error"]
        assert errors == ["MCP client for `gone` failed to start: No such file or directory (os error 2)"]


async def test_of_the_servers_of_the_reviewer_nothing_is_told(tmp_path: Path) -> None:
    """Their start may be broken off with the review, and nobody would ever hear how it went."""
    servers = {"gone": {"command": "no-such-program"}}
    async with conversation(tmp_path / "w", [says("hi"), says("fine")], mcp_servers=servers) as talk:
        first = await talk.user("go")
        assert [status["status"] for status in first.all("mcp_server_status")] == ["starting", "failed"]
        assert not (await review(talk)).all("mcp_server_status")


async def test_interrupted(tmp_path: Path) -> None:
    marker = a_long_sleep()
    script = [answer(shell(f"echo up; {marker}"), asyncio.Event()), says("a")]
    async with conversation(tmp_path / "w", script) as talk:
        turn_id = await start(talk)
        await talk.until("exec_command_output_delta")
        await talk.interrupt()
        turn = await talk.rest_of(turn_id)
        assert turn.kinds()[-2:] == ["exited_review_mode", "turn_aborted"]
        assert turn.one("exited_review_mode")["review_output"] is None
        assert len(turn.all("turn_aborted")) == 1
        await talk.user("on")
        assert len(after_context(talk.input())) == 2
    assert not processes_with(marker)


async def test_a_question_of_the_reviewer_goes_through_the_client_and_back(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    script = [answer(shell("echo yes > made")), says("verdict")]
    async with conversation(workspace, script, approval_policy="untrusted") as talk:
        turn_id = await start(talk)
        question = await talk.until("exec_approval_request")
        assert (talk.told[-1]["id"], question["call_id"]) == (turn_id, "c1")
        assert talk.told[-1]["origin"] not in ("", str(talk.conversation.id))
        assert question["command"] == ["bash", "-c", "echo yes > made"]
        await talk.submit(ops.ExecApproval(turn_id, "approved"))
        turn = await talk.rest_of(turn_id)
    assert turn.one("exec_command_end")["exit_code"] == 0
    assert turn.one("exec_command_end")["call_id"] == "c1"
    assert (workspace / "made").read_text() == "yes\n"


async def test_a_refused_question_of_the_reviewer(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    script = [answer(shell("touch made")), says("verdict")]
    async with conversation(workspace, script, approval_policy="untrusted") as talk:
        turn_id = await start(talk)
        await talk.decide("denied")
        turn = await talk.rest_of(turn_id)
    assert turn.one("exec_command_end")["aggregated_output"] == "exec command rejected by user"
    assert turn.one("exited_review_mode")["review_output"]["overall_explanation"] == "verdict"
    assert not (workspace / "made").exists()


async def test_aborting_at_a_question_of_the_reviewer_ends_the_review(tmp_path: Path) -> None:
    async with conversation(
        tmp_path / "w", [answer(shell("touch made")), says("a")], approval_policy="untrusted"
    ) as talk:
        turn_id = await start(talk)
        await talk.decide("abort")
        turn = await talk.rest_of(turn_id)
        assert turn.kinds()[-2:] == ["exited_review_mode", "turn_aborted"]
        await talk.user("on")
        assert len(talk.requests) == 2


async def test_the_reviewer_has_a_saved_session_of_its_own(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with conversation(tmp_path / "w", [says("verdict")], home=home) as talk:
        await review(talk)
        mine = talk.path
        saved = talk.saved_items()
    (other,) = [path for path in home.glob("sessions/**/*.jsonl") if str(path) != mine]
    lines = [json.loads(line) for line in other.read_text().splitlines()]
    assert lines[0]["payload"]["source"] == {"subagent": "review"}
    items = [line["payload"] for line in lines if line["type"] == "response_item"]
    assert after_context(items) == ["look", "verdict"]
    assert [text[:13] for text in after_context(saved)] == ["<user_action>"]


async def test_a_review_replaces_a_running_turn(tmp_path: Path) -> None:
    script = [answer(message("m"), asyncio.Event()), says("verdict")]
    async with conversation(tmp_path / "w", script) as talk:
        await talk.say("go")
        await talk.until("agent_message")
        turn = await review(talk)
    assert turn.one("turn_aborted") == {"type": "turn_aborted", "reason": "replaced"}
    assert turn.kinds().index("turn_aborted") < turn.kinds().index("entered_review_mode")


def test_a_verdict_may_stand_anywhere_in_the_text() -> None:
    text = json.dumps(VERDICT)
    whole = parse_review(text)
    assert whole.findings[0].title == "Bug A"
    assert parse_review(f"Here it is:\n```json\n{text}\n```\n") == whole
    assert parse_review("no { json } here") == ReviewOutput(overall_explanation="no { json } here")
    without = {key: value for key, value in VERDICT.items() if key != "overall_correctness"}
    assert parse_review(json.dumps(without)).findings == ()


def test_findings_as_text() -> None:
    finding = ReviewFinding("T", "a\nb", 0.5, 1, CodeLocation("/x", LineRange(1, 2)))
    assert findings_block([finding]) == "\nReview comment:\n\n- T \u2014 /x:1-2\n  a\n  b"
    block = findings_block([finding, finding, finding], [True, False])
    assert block.startswith("\nFull review comments:\n\n- [x] T")
    assert block.count("- [x] T") == 2
    assert block.count("- [ ] T") == 1
