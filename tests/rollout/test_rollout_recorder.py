"""What stands on disk while and after a session is recorded."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path

import pytest
from saved_sessions import ID, START, asked, clock, meta, payloads, read_lines, said, start

from octavo.protocol import events
from octavo.protocol.checkout import GitInfo
from octavo.protocol.items import GhostCommit, GhostSnapshot, Message, OutputText, WebSearchAction, WebSearchCall
from octavo.protocol.policy import ReadOnly, WorkspaceWrite
from octavo.protocol.source import OtherSubAgent, SubAgentSource
from octavo.protocol.usage import RateLimitSnapshot, RateLimitWindow, TokenUsage, TokenUsageInfo
from octavo.rollout.lines import TurnContextLine
from octavo.rollout.recorder import RolloutRecorder

CONTEXT = TurnContextLine("/w/repo", "never", WorkspaceWrite(), "gpt-5", "high", "auto")


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> object:
    def change(name: str) -> None:
        monkeypatch.setenv("TZ", name)

    yield change
    monkeypatch.undo()
    time.tzset()


def test_the_first_line_tells_who_started_the_session(tmp_path: Path) -> None:
    recorder = start(tmp_path, git=GitInfo(commit_hash="b5fb", branch="main", repository_url="https://h/o/r.git"))
    assert Path(recorder.path).read_text() == (
        '{"timestamp":"2025-11-24T18:22:12.300Z","type":"session_meta","payload":{"id":"' + ID + '",'
        '"timestamp":"2025-11-24T18:22:12.300Z","cwd":"/w/repo","originator":"codex_exec","cli_version":"0.53.0",'
        '"instructions":null,"source":"exec","model_provider":"mock",'
        '"git":{"commit_hash":"b5fb","branch":"main","repository_url":"https://h/o/r.git"}}}\n'
    )


def test_a_repository_without_facts_is_an_empty_object_and_no_repository_is_no_key(tmp_path: Path) -> None:
    bare = start(tmp_path / "a", git=GitInfo())
    none = start(tmp_path / "b")
    assert payloads(bare.path, "session_meta")[0]["git"] == {}
    assert "git" not in payloads(none.path, "session_meta")[0]


def test_sub_agent_sources_are_objects(tmp_path: Path) -> None:
    review = start(tmp_path / "a", source=SubAgentSource("review"))
    other = start(tmp_path / "b", source=SubAgentSource(OtherSubAgent("scout")))
    assert payloads(review.path, "session_meta")[0]["source"] == {"subagent": "review"}
    assert payloads(other.path, "session_meta")[0]["source"] == {"subagent": {"other": "scout"}}


def test_path_and_name_tell_local_time_and_lines_tell_utc(tmp_path: Path, zone: object) -> None:
    assert callable(zone)
    zone("Asia/Tokyo")
    recorder = start(tmp_path)
    assert recorder.path == f"{tmp_path}/sessions/2025/11/25/rollout-2025-11-25T03-22-12-{ID}.jsonl"
    assert read_lines(recorder.path)[0]["timestamp"] == "2025-11-24T18:22:12.300Z"


def test_the_zone_is_that_of_the_moment_of_creation(tmp_path: Path, zone: object) -> None:
    assert callable(zone)
    zone("Asia/Tokyo")
    start(tmp_path / "a")
    zone("America/New_York")
    assert "rollout-2025-11-24T13-22-12" in start(tmp_path / "b").path


def test_files_and_folders_get_the_usual_permissions(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        path = Path(start(tmp_path).path)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o644
    assert path.parent.stat().st_mode & 0o777 == 0o755


def test_every_kind_of_line_has_its_exact_shape(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    usage = TokenUsage(100, 40, 20, 5, 120)
    window = RateLimitWindow(12.0, 300, 1735689720)
    recorder.record_items([asked("please"), said("dône")])
    recorder.record_event(events.UserMessage("please"))
    recorder.record_turn_context(CONTEXT)
    recorder.record_turn_context(TurnContextLine("/w", "on-request", ReadOnly(), "gpt-5"))
    recorder.record_event(events.TokenCount(TokenUsageInfo(usage, usage, 258400), RateLimitSnapshot(window)))
    recorder.record_compacted("in short")
    head = b'{"timestamp":"2025-11-24T18:22:12.300Z","type":'
    counts = (
        b'{"input_tokens":100,"cached_input_tokens":40,"output_tokens":20,"reasoning_output_tokens":5,'
        b'"total_tokens":120}'
    )
    assert Path(recorder.path).read_bytes().split(b"\n")[1:] == [
        head + b'"response_item","payload":{"type":"message","role":"user",'
        b'"content":[{"type":"input_text","text":"please"}]}}',
        head
        + '"response_item","payload":{"type":"message","role":"assistant",'
        '"content":[{"type":"output_text","text":"dône"}]}}'.encode(),
        head + b'"event_msg","payload":{"type":"user_message","message":"please","images":[]}}',
        head + b'"turn_context","payload":{"cwd":"/w/repo","approval_policy":"never","sandbox_policy":'
        b'{"mode":"workspace-write","network_access":false,"exclude_tmpdir_env_var":false,"exclude_slash_tmp":false},'
        b'"model":"gpt-5","effort":"high","summary":"auto"}}',
        head + b'"turn_context","payload":{"cwd":"/w","approval_policy":"on-request",'
        b'"sandbox_policy":{"mode":"read-only"},"model":"gpt-5","summary":"auto"}}',
        head + b'"event_msg","payload":{"type":"token_count","info":{"total_token_usage":' + counts + b","
        b'"last_token_usage":' + counts + b',"model_context_window":258400},"rate_limits":{"primary":'
        b'{"used_percent":12.0,"window_minutes":300,"resets_at":1735689720},"secondary":null}}}',
        head + b'"compacted","payload":{"message":"in short"}}',
        b"",
    ]


def test_server_ids_are_not_saved(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    recorder.record_items([Message("assistant", (OutputText("x"),), id="msg-1")])
    assert payloads(recorder.path, "response_item")[0].keys() == {"type", "role", "content"}


def test_snapshots_and_searches_are_saved(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    snapshot = GhostSnapshot(GhostCommit("abc", None, ("u",), ("d",)))
    recorder.record_items([snapshot, WebSearchCall(action=WebSearchAction("search", "q"))])
    assert payloads(recorder.path, "response_item") == [
        {
            "type": "ghost_snapshot",
            "ghost_commit": {
                "id": "abc",
                "parent": None,
                "preexisting_untracked_files": ["u"],
                "preexisting_untracked_dirs": ["d"],
            },
        },
        {"type": "web_search_call", "action": {"type": "search", "query": "q"}},
    ]


def test_only_events_that_show_the_conversation_are_saved(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    for msg in (
        events.UserMessage("u"),
        events.AgentMessage("a"),
        events.AgentReasoning("r"),
        events.AgentReasoningRawContent("raw"),
        events.TokenCount(),
        events.EnteredReviewMode("p", "h"),
        events.ExitedReviewMode(),
        events.UndoCompleted(True, "m"),
        events.TurnAborted(),
        events.Error("e"),
        events.Warning("w"),
        events.TaskStarted(),
        events.TaskComplete(),
        events.AgentMessageDelta("d"),
        events.AgentMessageContentDelta("t", "0", "i", "d"),
        events.AgentReasoningSectionBreak(),
        events.RawResponseItem(said("x")),
        events.BackgroundEvent("b"),
        events.StreamError("s"),
        events.TurnDiff("d"),
        events.UndoStarted(),
        events.WebSearchEnd("c", "q"),
        events.PlanUpdate(None, ()),
        events.ShutdownComplete(),
        events.ViewImageToolCall("c", "/p"),
        events.DeprecationNotice("s"),
    ):
        recorder.record_event(msg)
    assert [payload["type"] for payload in payloads(recorder.path, "event_msg")] == [
        "user_message",
        "agent_message",
        "agent_reasoning",
        "agent_reasoning_raw_content",
        "token_count",
        "entered_review_mode",
        "exited_review_mode",
        "undo_completed",
        "turn_aborted",
    ]
    assert payloads(recorder.path, "event_msg")[-1] == {"type": "turn_aborted", "reason": "interrupted"}


def test_half_a_surrogate_pair_is_replaced_and_a_whole_one_is_a_character(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    recorder.record_items([said("a\ud800b \ud83d\ude00")])
    recorder.record_event(events.AgentMessage("\udfff"))
    assert payloads(recorder.path, "response_item")[0]["content"][0]["text"] == "a\ufffdb 😀"
    assert payloads(recorder.path, "event_msg")[0]["message"] == "\ufffd"


def test_line_separators_inside_text_do_not_split_lines(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    recorder.record_items([said("a\u2028b\x85c\x0cd\ne")])
    assert len(read_lines(recorder.path)) == 2


def test_a_clock_that_goes_back_changes_no_order(tmp_path: Path) -> None:
    recorder = RolloutRecorder.create(str(tmp_path), meta(), clock(START, START, START + 5000, START - 5000))
    recorder.record_items([asked("one")])
    recorder.record_items([said("two")])
    lines = read_lines(recorder.path)
    assert [line["timestamp"][17:23] for line in lines] == ["12.300", "17.300", "07.300"]
    assert [line["payload"].get("role") for line in lines] == [None, "user", "assistant"]


def test_lines_of_many_threads_never_mix(tmp_path: Path) -> None:
    recorder = start(tmp_path)

    def write(name: int) -> None:
        for _ in range(50):
            recorder.record_items([said(str(name) * 5000), said("x")])

    threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_lines(recorder.path)) == 401


# --- opening again ---------------------------------------------------------------------------


def test_reopening_appends_to_the_same_file_without_a_second_meta_line(tmp_path: Path) -> None:
    first = start(tmp_path)
    first.record_items([asked("one")])
    first.close()
    second = RolloutRecorder.reopen(first.path, clock())
    second.record_items([asked("two")])
    second.close()
    assert [line["type"] for line in read_lines(first.path)] == ["session_meta", "response_item", "response_item"]


def test_a_torn_last_line_is_ended_before_anything_is_added(tmp_path: Path) -> None:
    first = start(tmp_path)
    first.close()
    with open(first.path, "ab") as file:
        file.write(b'{"timestamp":"2025-11-24T18:22:12.300Z","type":"response_i')
    second = RolloutRecorder.reopen(first.path, clock())
    second.record_items([asked("kept")])
    second.close()
    lines = Path(first.path).read_bytes().split(b"\n")
    assert len(lines) == 4
    assert json.loads(lines[2])["payload"]["content"][0]["text"] == "kept"


def test_a_numbered_file_goes_on_with_numbers(tmp_path: Path) -> None:
    path = tmp_path / "rollout.jsonl"
    facts = {"id": ID, "timestamp": "t", "cwd": "/", "originator": "o", "cli_version": "1", "history_mode": "paginated"}
    line = {"timestamp": "2025-11-24T18:22:12.300Z", "ordinal": 41, "type": "world_state", "payload": {}}
    path.write_text(json.dumps({**line, "ordinal": 0, "type": "session_meta", "payload": facts}) + "\n")
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n" + '{"timestamp":"torn')
    recorder = RolloutRecorder.reopen(str(path), clock())
    recorder.record_items([asked("one"), said("two")])
    recorder.record_event(events.AgentMessage("two"))
    recorder.close()
    added = path.read_text().split("\n")[3:-1]
    assert [json.loads(text)["ordinal"] for text in added] == [42, 43, 44]


def test_a_numbered_file_of_one_long_line_is_read_to_its_start(tmp_path: Path) -> None:
    path = tmp_path / "rollout.jsonl"
    facts = {"id": ID, "timestamp": "t", "cwd": "/", "originator": "o", "cli_version": "1", "history_mode": "paginated"}
    line = {"timestamp": "t", "ordinal": 7, "type": "session_meta", "payload": {**facts, "instructions": "x" * 400_000}}
    path.write_text(json.dumps(line) + "\n")
    recorder = RolloutRecorder.reopen(str(path), clock())
    recorder.record_items([asked("one")])
    assert read_lines(str(path))[-1]["ordinal"] == 8
