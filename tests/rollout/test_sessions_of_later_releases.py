"""A file that release 0.169.0 wrote (long texts in it are cut): listed, shown, gone on with, forked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from saved_sessions import asked, clock, meta, payloads, read_lines, said

from octavo.protocol import events
from octavo.protocol.items import FunctionCall, FunctionCallOutput, Message
from octavo.protocol.json_text import encode_json
from octavo.rollout.files import compressed_files
from octavo.rollout.fork import copied_lines
from octavo.rollout.listing import list_sessions
from octavo.rollout.persistence import encode_item
from octavo.rollout.read import load_rollout
from octavo.rollout.recorder import RolloutRecorder

FILE = Path(__file__).with_name("saved_by_a_later_release.jsonl")
ID = "01a22867-f1b0-7561-9b73-a75e21a5603f"
NEW_ID = "01a22868-8854-7db1-b990-3ee3b406736b"


@pytest.fixture
def saved(tmp_path: Path) -> str:
    folder = tmp_path / "sessions/2026/11/29"
    folder.mkdir(parents=True)
    path = folder / f"rollout-2026-11-29T17-43-50-{ID}.jsonl"
    path.write_bytes(FILE.read_bytes())
    return str(path)


def saved_items(path: str) -> list[bytes]:
    return [encode_item(item) for item in load_rollout(path).history()]  # type: ignore[arg-type]  # nothing is compacted


def test_it_is_listed_with_the_users_first_words(tmp_path: Path, saved: str) -> None:
    (session,) = list_sessions(str(tmp_path)).sessions
    assert (session.conversation_id, session.preview, session.path) == (ID, "first words", saved)
    assert (session.meta.source, session.meta.thread_source) == ("exec", "nightly")


def test_what_was_said_is_told_as_others_tell_it(saved: str) -> None:
    told = [event for event in load_rollout(saved).events() if not isinstance(event, events.TokenCount)]
    assert [event for event in told if not isinstance(event, events.TaskStarted | events.TaskComplete)] == [
        events.UserMessage("first words"),
        events.AgentReasoning("**Think**"),
        events.AgentReasoning("more"),
        events.AgentMessage("Done."),
    ]


def test_what_was_said_in_both_forms_is_told_once(saved: str) -> None:
    with open(saved, "ab") as file:
        for event in (events.UserMessage("again"), events.AgentMessage("Yes."), events.AgentMessage("Yes.")):
            file.write(b'{"timestamp":"","type":"event_msg","payload":%s}\n' % encode_json(event))
            if isinstance(event, events.UserMessage):
                item = {"type": "UserMessage", "id": "1", "content": [{"type": "text", "text": "again"}]}
                line = {"timestamp": "", "type": "event_msg", "payload": {"type": "item_completed", "item": item}}
                file.write(json.dumps(line).encode() + b"\n")
    told = list(load_rollout(saved).events())
    assert told.count(events.UserMessage("again")) == 1
    assert told.count(events.AgentMessage("Yes.")) == 2


def test_the_model_sees_every_item_and_none_of_their_notes(saved: str) -> None:
    history = load_rollout(saved).history()
    (call,) = [item for item in history if isinstance(item, FunctionCall)]
    assert (call.name, call.arguments, call.call_id) == ("exec_command", '{"cmd": "echo hi"}', "call-1")
    (output,) = [item for item in history if isinstance(item, FunctionCallOutput)]
    assert output.output.startswith("Chunk ID: ")  # type: ignore[union-attr]
    roles = [item.role for item in history if isinstance(item, Message)]
    assert roles == ["developer", "user", "user", "assistant"]
    sent = b"".join(saved_items(saved))
    assert b"passthrough" not in sent
    assert b'"id"' not in sent


def test_every_line_that_follows_is_numbered_on(saved: str) -> None:
    before = read_lines(saved)
    recorder = RolloutRecorder.reopen(saved, clock())
    recorder.record_items([asked("more")])
    recorder.record_event(events.UserMessage("more"))
    recorder.record_items([said("Yes.")])
    recorder.close()
    lines = read_lines(saved)
    assert lines[: len(before)] == before
    assert [line["ordinal"] for line in lines] == list(range(len(before) + 3))


@pytest.mark.parametrize("tail", [b'{"timestamp":"2026","ordinal":21,"ty', b"\0\0\0\0\n", b"no json\n"])
def test_a_broken_end_is_left_behind(saved: str, tail: bytes) -> None:
    with open(saved, "ab") as file:
        file.write(tail)
    recorder = RolloutRecorder.reopen(saved, clock())
    recorder.record_items([asked("more")])
    recorder.close()
    with open(saved, "rb") as file:
        last = json.loads(file.read().rstrip(b"\n").rpartition(b"\n")[2])
    assert last["ordinal"] == 21
    assert load_rollout(saved).history()[-1] == asked("more")


def test_a_fork_of_it_is_a_session_like_ours(tmp_path: Path, saved: str) -> None:
    recorder = RolloutRecorder.create(str(tmp_path), meta(NEW_ID), clock(1_796_000_000_000))
    recorder.record_copied(copied_lines(load_rollout(saved)))
    recorder.close()
    assert payloads(recorder.path, "event_msg")[0] == {"type": "user_message", "message": "first words", "images": []}
    assert all("ordinal" not in line for line in read_lines(recorder.path))
    newest = list_sessions(str(tmp_path)).sessions[0]
    assert (newest.conversation_id, newest.preview) == (NEW_ID, "first words")
    assert saved_items(recorder.path) == saved_items(saved)


def test_compressed_files_are_counted(tmp_path: Path, saved: str) -> None:
    Path(f"{saved}.zst").write_bytes(b"(\xb5/\xfd")
    (tmp_path / "archived_sessions").mkdir()
    (tmp_path / "archived_sessions" / "rollout-x.jsonl.zst").write_bytes(b"")
    assert compressed_files(str(tmp_path)) == 2
    assert len(list_sessions(str(tmp_path)).sessions) == 1
