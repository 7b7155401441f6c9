"""What happens when a session cannot be saved: it does not start, or it goes on and says so."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from saved_sessions import asked, call, clock, meta, output, read_lines, said, start

from octavo.protocol import events
from octavo.protocol.policy import ReadOnly
from octavo.rollout.errors import RolloutCreateError, RolloutWriteError
from octavo.rollout.journal import is_in_use
from octavo.rollout.lines import TurnContextLine
from octavo.rollout.recorder import RolloutRecorder


def test_a_home_that_cannot_be_written_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "sessions").write_text("in the way")
    with pytest.raises(RolloutCreateError, match=r"^failed to initialize rollout recorder: .* \(os error \d+\)$"):
        start(tmp_path)


def test_a_read_only_home_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "sessions").mkdir(mode=0o500)
    script = """
import os, sys
sys.path.insert(0, sys.argv[2])
from saved_sessions import start
if os.geteuid() == 0:
    os.setresuid(65534, 65534, 65534)
try:
    start(sys.argv[1])
except Exception as error:
    print(type(error).__name__, error)
"""
    for folder in (tmp_path, *list(tmp_path.parents)[:2]):
        folder.chmod(folder.stat().st_mode | 0o055)
    (tmp_path / "sessions").chmod(0o500)
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == (
        "RolloutCreateError failed to initialize rollout recorder: Permission denied (os error 13)\n"
    ), done.stderr


def test_a_missing_file_cannot_be_reopened(tmp_path: Path) -> None:
    with pytest.raises(RolloutCreateError, match="No such file or directory"):
        RolloutRecorder.reopen(str(tmp_path / "gone.jsonl"), clock())


def limited(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


FULL_DISK = """
import logging, sys
sys.path.insert(0, sys.argv[2])
from saved_sessions import call, output, said, start
logging.basicConfig(format="%(message)s")
recorder = start(sys.argv[1])
recorder.note_completed_item(said("shown"))
for number in range(20):
    recorder.record_items([call(str(number)), output(str(number), "x" * 2000)])
print("went on", bool(recorder.failure), flush=True)
try:
    recorder.close()
except Exception as error:
    print(type(error).__name__)
recorder.close()
"""


def run_full_disk(home: Path, limit: int | None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(home), str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=(lambda: limited(limit)) if limit else None,
    )


def check_full_disk(home: Path, done: subprocess.CompletedProcess[str]) -> None:
    assert done.stdout == "went on True\nRolloutWriteError\n", done.stderr
    assert done.stderr.count("failed to record rollout items") == 1
    path = next(str(path) for path in home.glob("sessions/*/*/*/rollout-*.jsonl"))
    assert not Path(path).read_bytes().endswith(b"\n")
    # Once there is room again the session goes on, and what was shown comes back.
    recorder = RolloutRecorder.reopen(path, clock())
    recorder.record_items([asked("next")])
    recorder.close()
    lines = [json.loads(line) for line in Path(path).read_bytes().split(b"\n") if line.endswith(b"}")]
    assert [line["payload"]["content"][0]["text"] for line in lines[-2:]] == ["shown", "next"]


def test_a_file_that_may_not_grow_stops_the_saving_but_not_the_session(tmp_path: Path) -> None:
    check_full_disk(tmp_path, run_full_disk(tmp_path, 16_384))


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_full_disk_stops_the_saving_but_not_the_session(tmp_path: Path) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", str(tmp_path)]
    mounted = subprocess.run(mount, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    try:
        done = run_full_disk(tmp_path, None)
        subprocess.run(["mount", "-o", "remount,size=1m", str(tmp_path)], check=True)
        check_full_disk(tmp_path, done)
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def test_nothing_is_written_after_the_end(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    recorder.flush()
    recorder.close()
    recorder.record_items([call("1"), output("1")])
    recorder.note_completed_item(said("x"))
    assert len(read_lines(recorder.path)) == 1
    assert recorder.failure


def test_a_session_that_could_not_be_saved_says_so_at_its_end(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    os.close(recorder._fd)  # stands for a disk that went away
    recorder.record_items([said("lost")])
    with pytest.raises(RolloutWriteError, match="failed to record rollout items: Bad file descriptor"):
        recorder.close()


SPACE_COMES_BACK = """
import os, resource, sys
sys.path.insert(0, sys.argv[2])
from saved_sessions import said, start
def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
recorder = start(sys.argv[1])
limit(os.path.getsize(recorder.path) + 500)
for number in range(20):
    recorder.record_items([said(f"{number} " + "x" * 200)])
print("without room:", recorder.failure)
limit(resource.RLIM_INFINITY)
if sys.argv[3] == "goes on":
    recorder.record_items([said("after")])
    print("with room:", recorder.failure)
recorder.close()
"""


@pytest.mark.parametrize("then", ["goes on", "ends"])
def test_nothing_is_lost_once_there_is_room_again(tmp_path: Path, then: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SPACE_COMES_BACK, str(tmp_path), str(Path(__file__).parent), then],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[0] == "without room: File too large (os error 27)", done.stderr
    assert done.returncode == 0, done.stderr
    (path,) = tmp_path.glob("sessions/*/*/*/rollout-*.jsonl")
    texts = [line["payload"]["content"][0]["text"] for line in read_lines(str(path))[1:]]
    wanted = [f"{number} " + "x" * 200 for number in range(20)]
    assert texts == ([*wanted, "after"] if then == "goes on" else wanted)
    assert ("with room: None" in done.stdout) is (then == "goes on")


def test_a_session_that_cannot_be_begun_leaves_no_empty_file(tmp_path: Path) -> None:
    script = """
import resource, sys
sys.path.insert(0, sys.argv[2])
from saved_sessions import start
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
try:
    start(sys.argv[1])
except Exception as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "failed to initialize rollout recorder: File too large (os error 27)\n", done.stderr
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_session_whose_file_is_made_late_is_saved_once_that_is_possible(tmp_path: Path) -> None:
    recorder = RolloutRecorder.create_later(str(tmp_path), meta(), clock())
    recorder.record_items([asked("context")])
    folder = Path(recorder.path).parent
    folder.rmdir()
    folder.write_text("in the way")
    recorder.record_event(events.AgentMessage("one"))
    assert recorder.failure
    folder.unlink()
    recorder.record_event(events.AgentMessage("two"))
    assert recorder.failure is None
    recorder.close()
    lines = read_lines(recorder.path)
    assert [line["type"] for line in lines] == ["session_meta", "response_item", "event_msg", "event_msg"]


def test_a_session_whose_file_is_removed_meanwhile_says_so(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    Path(recorder.path).unlink()
    recorder.record_turn_context(TurnContextLine("/w", "never", ReadOnly(), "gpt-5"))
    assert recorder.failure == "its file was removed"
    with pytest.raises(RolloutWriteError, match="its file was removed"):
        recorder.close()


def test_who_opens_a_session_that_is_open_elsewhere_is_told(tmp_path: Path) -> None:
    first = start(tmp_path)
    second = RolloutRecorder.reopen(first.path, clock())
    assert (first.is_shared, second.is_shared) == (False, True)
    assert is_in_use(first.path)
    first.close()
    second.close()
    third = RolloutRecorder.reopen(first.path, clock())
    assert not third.is_shared
    third.close()
    assert not is_in_use(first.path)
