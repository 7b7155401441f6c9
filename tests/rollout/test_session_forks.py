"""A new session from the first part of another one."""

from __future__ import annotations

from pathlib import Path

from saved_sessions import ID, START, asked, call, clock, meta, output, payloads, read_lines, said, start

from octavo.protocol import events
from octavo.protocol.policy import ReadOnly
from octavo.rollout.fork import copied_lines, cut_before_user_message
from octavo.rollout.lines import TurnContextLine
from octavo.rollout.listing import list_sessions
from octavo.rollout.read import LoadedRollout, load_rollout
from octavo.rollout.recorder import RolloutRecorder

CONTEXT = TurnContextLine("/w", "never", ReadOnly(), "gpt-5")
NEW_ID = "01a20ed8-8854-7db1-b990-3ee3b406736b"
PREFIX = asked("<environment_context>\n</environment_context>")


def two_turns(home: Path) -> LoadedRollout:
    recorder = start(home)
    recorder.record_items([PREFIX])
    for question, answer in (("first", "one"), ("second", "two")):
        recorder.record_items([asked(question)])
        recorder.record_event(events.UserMessage(question))
        recorder.record_turn_context(CONTEXT)
        recorder.record_event(events.AgentMessage(answer))
        recorder.record_items([call(question), output(question), said(answer)])
    recorder.close()
    return load_rollout(recorder.path)


def fork(home: Path, source: LoadedRollout) -> LoadedRollout:
    recorder = RolloutRecorder.create(str(home), meta(NEW_ID), clock(START + 60_000))
    recorder.record_copied(copied_lines(source))
    recorder.close()
    return load_rollout(recorder.path)


def test_the_cut_is_right_before_the_users_message(tmp_path: Path) -> None:
    cut = cut_before_user_message(two_turns(tmp_path), 1)
    assert cut
    assert cut.history() == [PREFIX, asked("first"), call("first"), output("first"), said("one")]
    assert len(list(cut.events())) == 2


def test_a_fork_before_the_first_message_keeps_what_was_before_it(tmp_path: Path) -> None:
    cut = cut_before_user_message(two_turns(tmp_path), 0)
    assert cut
    assert cut.history() == [PREFIX]


def test_a_fork_behind_the_last_message_is_a_new_session(tmp_path: Path) -> None:
    source = two_turns(tmp_path)
    assert cut_before_user_message(source, 2) is None
    assert cut_before_user_message(source, 99) is None


def test_the_new_file_names_itself_first_and_then_its_source(tmp_path: Path) -> None:
    source = two_turns(tmp_path)
    cut = cut_before_user_message(source, 1)
    assert cut
    forked = fork(tmp_path, cut)
    assert forked.conversation_id == NEW_ID
    assert NEW_ID in forked.path
    assert [found["id"] for found in payloads(forked.path, "session_meta")] == [NEW_ID, ID]
    assert forked.history() == cut.history()
    assert list(forked.events()) == list(cut.events())
    written = read_lines(forked.path)
    assert {line["timestamp"] for line in written} == {"2025-11-24T18:23:12.300Z"}
    assert [line["payload"] for line in written[1:]] == [line["payload"] for line in read_lines(source.path)][
        : len(written) - 1
    ]


def test_a_fork_can_be_forked_and_is_listed(tmp_path: Path) -> None:
    cut = cut_before_user_message(two_turns(tmp_path), 1)
    assert cut
    again = cut_before_user_message(fork(tmp_path, cut), 0)
    assert again
    assert again.history() == [PREFIX]
    assert {session.conversation_id for session in list_sessions(str(tmp_path)).sessions} == {ID, NEW_ID}


def test_lines_that_we_would_not_save_are_not_copied(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    recorder.record_items([asked("q")])
    recorder.close()
    head = b'{"timestamp":"2025-11-24T18:22:12.300Z","type":'
    with open(recorder.path, "ab") as file:
        file.write(head + b'"event_msg","payload":{"type":"task_started","model_context_window":1}}\n')
        file.write(head + b'"world_state","payload":{}}\n')
        file.write(head + b'"response_item","payload":{"type":"hologram"}}\n')
        file.write(head + b'"response_item","payload":{"type":"message","role":"assistant","content":[],"meta":1}}\n')
        file.write(head + b'"event_msg","payload":{"type":"thread_rolled_back","num_turns":1}}\ntorn')
    forked = fork(tmp_path, load_rollout(recorder.path))
    assert [line["payload"] for line in read_lines(forked.path)[2:]] == [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "q"}]},
        {"type": "message", "role": "assistant", "content": []},
        {"type": "thread_rolled_back", "num_turns": 1},
    ]
