"""What a saved session gives back, whoever wrote it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from saved_sessions import ID, asked, call, clock, encoded, lay, meta_line, output, said, start, user_item

from octavo.protocol import events
from octavo.protocol.items import (
    FunctionCall,
    FunctionCallOutput,
    GhostSnapshot,
    InputText,
    Message,
    Reasoning,
    WebSearchCall,
    wire_form,
)
from octavo.protocol.json_text import encode_json
from octavo.protocol.source import OtherSubAgent, SubAgentSource
from octavo.rollout.errors import RolloutReadError
from octavo.rollout.head import read_head
from octavo.rollout.lines import CompactedLine, SessionMeta
from octavo.rollout.numbering import lines_from_end
from octavo.rollout.read import LoadedRollout, ThreadRolledBack, load_rollout, meta_of

STAMP = "2025-09-01T10-00-00"


def item(**payload: Any) -> dict[str, Any]:
    return {"type": "response_item", "payload": payload}


def event(**payload: Any) -> dict[str, Any]:
    return {"type": "event_msg", "payload": payload}


def loaded(home: Path, *lines: dict[str, Any] | bytes) -> LoadedRollout:
    return load_rollout(lay(home, STAMP, ID, [meta_line(ID), *lines]))


def events_of(rollout: LoadedRollout) -> list[Any]:
    return [json.loads(encode_json(event)) for event in rollout.events()]


def test_a_session_of_ours_comes_back_whole(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    recorder.record_items([asked("q")])
    recorder.record_event(events.UserMessage("q"))
    recorder.record_compacted("in short")
    recorder.record_items([call("1"), output("1"), said("a")])
    recorder.record_event(events.TurnAborted())
    recorder.close()
    rollout = load_rollout(recorder.path)
    assert rollout.conversation_id == ID
    assert rollout.history() == [asked("q"), CompactedLine("in short"), call("1"), output("1"), said("a")]
    assert events_of(rollout) == [
        {"type": "user_message", "message": "q", "images": []},
        {"type": "turn_aborted", "reason": "interrupted"},
    ]


def test_events_come_back_as_this_version_knows_them(tmp_path: Path) -> None:
    text = b'{"type":"user_message", "message":"\\u00e9 \xc3\xa9","kind":"plain","later":{"key":1}}'
    rollout = loaded(tmp_path, b'{"timestamp":"2025-09-01T10:00:00.000Z","type":"event_msg","payload":%s}' % text)
    (told,) = events_of(rollout)
    assert told["message"] == "é é"
    assert "later" not in told


@pytest.mark.parametrize("content", [b"", b"\n\n", b"  \n\t\r\n"])
def test_a_blank_file_is_an_empty_session(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(content)
    with pytest.raises(RolloutReadError, match=r"^empty session file$"):
        load_rollout(str(path))


@pytest.mark.parametrize(
    "line",
    [
        b"not json",
        encoded(user_item("x")),
        encoded({"timestamp": "t", **meta_line("not-a-uuid")}),
        encoded({"timestamp": "t", **meta_line(ID, cli_version="<absent>")}),
        encoded({"id": ID, "timestamp": "t", "instructions": None}),
    ],
)
def test_a_file_that_names_no_conversation_is_refused(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(line + b"\n")
    with pytest.raises(RolloutReadError, match=r"^failed to parse conversation ID from rollout file$"):
        load_rollout(str(path))


def test_a_pipe_in_the_place_of_a_session_is_told_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "rollout.jsonl"
    os.mkfifo(pipe)
    with pytest.raises(RolloutReadError, match=r"^not a regular file$"):
        load_rollout(str(pipe))
    with pytest.raises(OSError, match=r"^not a regular file$"):
        read_head(str(pipe))


def test_a_list_takes_of_a_session_what_was_there_when_it_was_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = start(tmp_path)

    def grows(line: bytes) -> SessionMeta | None:
        recorder.record_items([asked("later")])
        return meta_of(line)

    monkeypatch.setattr("octavo.rollout.head.meta_of", grows)
    assert read_head(recorder.path).records == 1
    recorder.close()


@pytest.mark.parametrize("size", [1, 200_000, 1_000_000])
def test_lines_from_the_end_are_those_from_the_beginning(tmp_path: Path, size: int) -> None:
    lines = [b"a" * number + b"b" * (size if number == 50 else 0) for number in range(100)]
    (tmp_path / "file").write_bytes(b"\n".join(lines))
    with open(tmp_path / "file", "rb") as file:
        assert list(lines_from_end(file.fileno())) == lines[::-1]


def test_a_missing_file_is_told_in_the_systems_words(tmp_path: Path) -> None:
    with pytest.raises(RolloutReadError, match=r"^No such file or directory \(os error 2\)$"):
        load_rollout(str(tmp_path / "r.jsonl"))


def test_fields_that_older_files_lack_have_their_defaults(tmp_path: Path) -> None:
    absent = dict.fromkeys(("source", "model_provider", "instructions"), "<absent>")
    meta = load_rollout(lay(tmp_path, STAMP, ID, [meta_line(ID, **absent)])).meta
    assert (meta.source, meta.model_provider, meta.instructions) == ("vscode", None, None)


@pytest.mark.parametrize(
    ("saved", "read"),
    [
        ("mcp", "mcp"),
        ("appserver", "unknown"),
        ({"custom": "acp"}, "unknown"),
        (7, "unknown"),
        (None, "unknown"),
        ({"subagent": "review"}, SubAgentSource("review")),
        ({"subagent": {"other": "scout"}}, SubAgentSource(OtherSubAgent("scout"))),
        ({"subagent": {"thread_spawn": {"depth": 1}}}, SubAgentSource(OtherSubAgent("thread_spawn"))),
        ({"subagent": "memory_consolidation"}, SubAgentSource(OtherSubAgent("memory_consolidation"))),
        ({"subagent": 7}, "unknown"),
    ],
)
def test_sources_nobody_knows_are_unknown(tmp_path: Path, saved: object, read: object) -> None:
    assert load_rollout(lay(tmp_path, STAMP, ID, [meta_line(ID, source=saved)])).meta.source == read


def test_an_odd_optional_fact_costs_only_itself(tmp_path: Path) -> None:
    line = meta_line(ID, git=["odd"], instructions={"a": 1}, model_provider="mock")
    meta = load_rollout(lay(tmp_path, STAMP, ID, [line])).meta
    assert (meta.instructions, meta.model_provider) == (None, "mock")


def test_the_first_meta_line_names_the_session(tmp_path: Path) -> None:
    other = "01a20ed0-0000-7db1-b990-3ee3b406736b"
    assert loaded(tmp_path, meta_line(other)).conversation_id == ID


def test_lines_nobody_can_read_are_skipped(tmp_path: Path) -> None:
    rollout = loaded(
        tmp_path,
        {"type": "world_state", "payload": {"x": 1}},
        item(type="hologram", text="?"),
        item(type="message", role="user"),
        event(type="future_event", x=1),
        event(type="agent_message"),
        {"type": "compacted", "payload": {"message": 5}},
        b"not json",
        b"\0" * 40,
        b"\xff\xfe broken",
        b"[" * 100_000,
        b'{"timestamp":"2025-09-01T10:00:00.000Z","type":"response_item","payload":{"type":"message","role":"\\ud800"}}',
        b'{"type":"response_item"}',
        b"[]",
        item(type="message", role="assistant", content=[{"type": "output_text", "text": "kept"}]),
        b'{"timestamp":"2025-09-01T10:00:00.000Z","type":"response_item","payload":{"type":"mess',
    )
    assert rollout.history() == [said("kept")]
    assert events_of(rollout) == []


def test_other_spellings_of_a_line_are_read(tmp_path: Path) -> None:
    message = '{"type":"message","role":"user","content":[{"type":"input_text","text":"%s"}]}'
    rollout = loaded(
        tmp_path,
        ('{"type": "response_item", "timestamp": "t", "payload": ' + message % "order" + "}").encode(),
        (
            '{"timestamp":"2025-09-01T10:00:00.000Z","ordinal":3,"type":"response_item","payload":'
            + message % "number"
            + "}"
        ).encode(),
        (
            '{"timestamp":"2025-09-01T10:00:00.000Z","type":"response_item","payload":' + message % "crlf" + "}\r"
        ).encode(),
        (
            '{"timestamp":"2025-09-01T10:00:00.000Z","type":"response_item","payload":' + message % "more" + ',"n":1}'
        ).encode(),
        ('{"timestamp":"2025-09-01T10:00:00Z","type":"response_item","payload":' + message % "short" + "}").encode(),
        ('{"payload":' + message % "first" + ',"type":"response_item"}').encode(),
    )
    assert [entry.content for entry in rollout.history() if isinstance(entry, Message)] == [
        (InputText(text),) for text in ("order", "number", "crlf", "more", "short", "first")
    ]


def test_characters_that_look_like_line_ends_stay_in_their_line(tmp_path: Path) -> None:
    assert loaded(tmp_path, user_item("a\u2028b\x85c\x0cd")).history() == [asked("a\u2028b\x85c\x0cd")]


def test_members_of_later_releases_are_dropped_from_items(tmp_path: Path) -> None:
    content = [{"type": "output_text", "text": "x", "annotations": []}]
    rollout = loaded(
        tmp_path, item(type="message", role="assistant", content=content, metadata={"a": 1}, phase="final")
    )
    assert [wire_form(entry) for entry in rollout.history() if isinstance(entry, Message)] == [said("x")]


def test_every_kind_of_item_is_read(tmp_path: Path) -> None:
    rollout = loaded(
        tmp_path,
        item(type="reasoning", summary=[], content=None, encrypted_content=None),
        item(type="reasoning", summary=[{"type": "summary_text", "text": "s"}]),
        item(type="web_search_call", status="completed", action={"type": "search", "query": "q"}),
        item(type="local_shell_call", call_id=None, status="completed", action={"type": "exec", "command": ["ls"]}),
        item(type="custom_tool_call", call_id="c", name="apply_patch", input="*** Begin"),
        item(type="custom_tool_call_output", call_id="c", output="done"),
        item(type="function_call_output", call_id="f", output=[{"type": "input_text", "text": "t"}]),
        item(type="ghost_snapshot", ghost_commit={"id": "abc", "parent": None}),
    )
    kinds = [type(entry) for entry in rollout.history()]
    assert kinds[:3] == [Reasoning, Reasoning, WebSearchCall]
    assert kinds[-1] is GhostSnapshot
    assert len(kinds) == 8


def test_an_output_without_a_call_id_gets_a_call_of_its_own(tmp_path: Path) -> None:
    rollout = loaded(tmp_path, item(type="function_call_output", name="mail", output="hello"))
    made_up, answer = rollout.history()
    assert isinstance(made_up, FunctionCall)
    assert isinstance(answer, FunctionCallOutput)
    assert (made_up.name, answer.output) == ("mail", "hello")
    assert made_up.call_id == answer.call_id == rollout.history()[0].call_id  # type: ignore[union-attr]


def test_a_compaction_may_bring_the_new_history_itself(tmp_path: Path) -> None:
    kept = user_item("kept")["payload"]
    rollout = loaded(
        tmp_path,
        {"type": "compacted", "payload": {"message": "s", "replacement_history": [kept, {"type": "hologram"}]}},
        {"type": "compacted", "payload": {"message": "t", "replacement_history": None}},
    )
    assert rollout.history() == [CompactedLine("s", (asked("kept"),)), CompactedLine("t")]


def test_turns_that_were_rolled_back_are_marked(tmp_path: Path) -> None:
    rollout = loaded(tmp_path, user_item("x"), event(type="thread_rolled_back", num_turns=1))
    assert rollout.history() == [asked("x"), ThreadRolledBack(1)]


def test_old_rate_limits_with_relative_times_come_back_without_a_time(tmp_path: Path) -> None:
    limits = {"primary": {"used_percent": 1.5, "window_minutes": 5, "resets_in_seconds": 9}, "secondary": None}
    rollout = loaded(tmp_path, event(type="token_count", info=None, rate_limits=limits))
    primary = events_of(rollout)[0]["rate_limits"]["primary"]
    assert primary == {"used_percent": 1.5, "window_minutes": 5, "resets_at": None}


def test_reading_a_session_that_is_being_written_sees_shown_items(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    recorder.note_completed_item(said("shown"))
    assert load_rollout(recorder.path).history() == [said("shown")]
    recorder.record_items([said("shown")])
    assert load_rollout(recorder.path).history() == [said("shown")]
    assert clock()() > 0
