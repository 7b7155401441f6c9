"""What was shown survives a kill, once and in order."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from saved_sessions import asked, call, clock, output, payloads, read_lines, said, start, thought

from octavo.protocol.items import ResponseItem
from octavo.protocol.policy import ReadOnly
from octavo.rollout.journal import journal_path
from octavo.rollout.lines import TurnContextLine
from octavo.rollout.persistence import encode_item
from octavo.rollout.read import load_rollout
from octavo.rollout.recorder import RolloutRecorder

CONTEXT = TurnContextLine("/w", "never", ReadOnly(), "gpt-5")


def killed(recorder: RolloutRecorder) -> str:
    """Let go of the files as a kill does."""
    os.close(recorder._fd)
    if recorder._journal._fd >= 0:
        os.close(recorder._journal._fd)
    return recorder.path


def saved(path: str) -> list[bytes]:
    return [encode_item(item) for item in load_rollout(path).history()]  # type: ignore[arg-type]


def texts(*items: ResponseItem) -> list[bytes]:
    return [encode_item(item) for item in items]


def reopened(path: str) -> list[bytes]:
    """The session's items as seen before and after the merge; both must be the same."""
    before = saved(path)
    RolloutRecorder.reopen(path, clock()).close()
    assert saved(path) == before
    assert not os.path.exists(journal_path(path))
    RolloutRecorder.reopen(path, clock()).close()
    assert saved(path) == before
    return before


def test_shown_items_without_a_batch_come_back(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    recorder.record_items([asked("go")])
    recorder.record_turn_context(CONTEXT)
    for item in (thought("hm"), said("on it"), call("1"), output("1")):
        recorder.note_completed_item(item)
    path = killed(recorder)
    assert len(read_lines(path)) == 3
    assert reopened(path) == texts(asked("go"), thought("hm"), said("on it"), call("1"), output("1"))


def test_each_output_comes_back_right_behind_its_call(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    for item in (call("1"), call("2"), output("2"), output("1"), said("x")):
        recorder.note_completed_item(item)
    assert reopened(killed(recorder)) == texts(call("1"), output("1"), call("2"), output("2"), said("x"))


def test_a_call_that_was_still_running_comes_back_alone(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    recorder.note_completed_item(call("1"))
    assert reopened(killed(recorder)) == texts(call("1"))


def test_a_batch_that_was_written_is_not_taken_twice(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    items: list[ResponseItem] = [said("same"), said("same"), call("1"), output("1")]
    for item in items:
        recorder.note_completed_item(item)
    journal = Path(journal_path(recorder.path)).read_bytes()
    recorder.record_items(items)
    assert Path(journal_path(recorder.path)).read_bytes() == b""
    path = killed(recorder)
    Path(journal_path(path)).write_bytes(journal)  # killed between the batch and the emptying
    assert reopened(path) == texts(*items)


def test_equal_items_of_two_answers_are_both_kept(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    recorder.note_completed_item(said("ok"))
    recorder.record_items([said("ok")])
    recorder.note_completed_item(said("ok"))
    assert reopened(killed(recorder)) == texts(said("ok"), said("ok"))


@pytest.mark.parametrize("cut", [1, 40, 120, 200, 330])
def test_a_batch_that_was_cut_off_is_completed(tmp_path: Path, cut: int) -> None:
    recorder = start(tmp_path)
    items: list[ResponseItem] = [call("1"), output("1"), said("done")]
    for item in items:
        recorder.note_completed_item(item)
    journal = Path(journal_path(recorder.path)).read_bytes()
    before = os.path.getsize(recorder.path)
    recorder.record_items(items)
    path = killed(recorder)
    Path(journal_path(path)).write_bytes(journal)
    os.truncate(path, before + cut)
    RolloutRecorder.reopen(path, clock()).close()
    assert Counter(saved(path)) == Counter(texts(*items))
    assert saved(path) == texts(*items)


def test_a_torn_journal_gives_what_is_whole(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    recorder.note_completed_item(said("whole"))
    recorder.note_completed_item(said("torn"))
    path = killed(recorder)
    journal = Path(journal_path(path))
    journal.write_bytes(journal.read_bytes()[:-10])
    assert reopened(path) == texts(said("whole"))


@pytest.mark.parametrize("junk", [b"", b"\0" * 50, b"not json\n", b'{"at":"x"}\n', b'{"at":5,"item":{"type":"new"}}\n'])
def test_a_broken_journal_is_no_obstacle(tmp_path: Path, junk: bytes) -> None:
    recorder = start(tmp_path)
    recorder.record_items([said("x")])
    path = killed(recorder)
    Path(journal_path(path)).write_bytes(junk)
    assert reopened(path) == texts(said("x"))


def test_items_of_an_attempt_that_was_given_up_do_not_come_back(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    recorder.record_turn_context(CONTEXT)
    recorder.note_completed_item(said("first try"))
    recorder.record_turn_context(CONTEXT)
    recorder.note_completed_item(said("second try"))
    assert reopened(killed(recorder)) == texts(said("second try"))


def test_a_snapshot_that_lands_in_between_leaves_the_shown_items_protected(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    recorder.note_completed_item(said("shown"))
    recorder.record_items([output("elsewhere")])
    assert reopened(killed(recorder)) == texts(output("elsewhere"), said("shown"))


def test_a_call_that_was_recorded_as_aborted_gets_no_second_answer(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    recorder.note_completed_item(call("1"))
    recorder.note_completed_item(output("1", "too late"))
    recorder.record_items([call("1"), output("1", "aborted")])
    assert reopened(killed(recorder)) == texts(call("1"), output("1", "aborted"))


def test_items_do_not_come_back_behind_a_turn_of_another_program(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    recorder.note_completed_item(said("before the kill"))
    path = killed(recorder)
    with open(path, "ab") as file:
        for text in (encode_item(asked("later")), encode_item(said("answer"))):
            file.write(b'{"timestamp":"2025-11-24T18:30:00.000Z","type":"response_item","payload":%s}\n' % text)
    assert reopened(path) == texts(asked("later"), said("answer"))


def test_a_session_in_use_is_left_alone_by_a_second_process(tmp_path: Path) -> None:
    first = start(tmp_path)
    first.note_completed_item(said("shown"))
    second = RolloutRecorder.reopen(first.path, clock())
    assert payloads(first.path, "response_item") == []
    second.note_completed_item(said("of the second"))
    second.close()
    first.record_items([said("shown")])
    first.close()
    assert saved(first.path) == texts(said("shown"))


def test_an_orderly_end_leaves_no_journal(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    recorder.note_completed_item(said("x"))
    recorder.record_items([said("x")])
    recorder.close()
    assert os.listdir(os.path.dirname(recorder.path)) == [os.path.basename(recorder.path)]


def test_a_journal_that_cannot_be_written_does_not_disturb_the_session(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    Path(journal_path(recorder.path)).mkdir()
    recorder.note_completed_item(said("x"))
    recorder.record_items([said("x")])
    recorder.close()
    assert saved(recorder.path) == texts(said("x"))


def test_a_link_in_the_place_of_the_journal_is_not_followed(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    victim = tmp_path / "victim"
    victim.write_text("precious")
    Path(journal_path(recorder.path)).symlink_to(victim)
    recorder.note_completed_item(said("x"))
    recorder.close()
    assert victim.read_text() == "precious"


def test_the_journals_name_holds_no_digit_of_the_id(tmp_path: Path) -> None:
    path = start(tmp_path).path
    name = os.path.basename(journal_path(path))
    assert not set(name) & set("0123456789abcdef") - set("pending")


RECORD_FOR_EVER = """
import os, sys
sys.path.insert(0, sys.argv[2])
from saved_sessions import asked, call, meta, output, said, thought
from octavo.protocol.events import AgentMessage
from octavo.protocol.policy import ReadOnly
from octavo.rollout.lines import TurnContextLine
from octavo.rollout.recorder import RolloutRecorder

recorder = RolloutRecorder.create(sys.argv[1], meta(), lambda: 1764008532300)
print(recorder.path, flush=True)

def show(item, name):
    recorder.note_completed_item(item)
    os.write(1, (name + "\\n").encode())

number = 0
while True:
    number += 1
    recorder.record_items([asked(f"question {number}")])
    recorder.record_turn_context(TurnContextLine("/w", "never", ReadOnly(), "m"))
    text = f"answer {number} " + "x" * (number % 7 * 900)
    batch = [thought(f"thought {number}"), call(f"c{number}"), said(text), output(f"c{number}", f"output {number}")]
    for item, name in zip(batch, ("thought", "call", "answer", "output")):
        recorder.record_event(AgentMessage(name))
        show(item, f"{name} {number}")
    thought_, call_, said_, output_ = batch
    recorder.record_items([thought_, call_, output_, said_])
"""


def kill_after(home: Path, shown_lines: int) -> tuple[str, list[str]]:
    """Run until that many things were shown, then kill; the path and everything that was shown."""
    process = subprocess.Popen(
        [sys.executable, "-c", RECORD_FOR_EVER, str(home), str(Path(__file__).parent)], stdout=subprocess.PIPE
    )
    assert process.stdout
    path = process.stdout.readline().decode().strip()
    shown = [process.stdout.readline().decode().strip() for _ in range(shown_lines)]
    process.send_signal(signal.SIGKILL)
    shown += process.stdout.read().decode().split("\n")
    process.wait()
    process.stdout.close()
    return path, [name for name in shown if name]


def names(path: str) -> list[str]:
    found = []
    for text in saved(path):
        item = json.loads(text)
        match item["type"]:
            case "reasoning":
                found.append(item["summary"][0]["text"])
            case "function_call":
                found.append("call " + item["call_id"][1:])
            case "function_call_output":
                found.append(item["output"])
            case "message" if item["role"] == "assistant":
                found.append(" ".join(item["content"][0]["text"].split()[:2]))
    return found


@pytest.mark.parametrize("seed", range(10))
def test_a_kill_loses_nothing_shown_and_doubles_nothing(tmp_path: Path, seed: int) -> None:
    path, shown = kill_after(tmp_path, random.Random(seed).randrange(1, 400))
    RolloutRecorder.reopen(path, clock()).close()
    found = names(path)
    assert set(shown) <= set(found)
    assert max(Counter(found).values()) == 1
    # At most one item was kept whose showing the kill prevented.
    assert len(set(found) - set(shown)) <= 1
    recorder = RolloutRecorder.reopen(path, clock())
    recorder.record_items([asked("and now"), said("goes on")])
    recorder.close()
    assert saved(path)[-2:] == texts(asked("and now"), said("goes on"))
