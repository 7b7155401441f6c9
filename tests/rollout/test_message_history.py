"""`history.jsonl`: whole lines, private, shared with other programs of the same home."""

from __future__ import annotations

import asyncio
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest
from saved_sessions import ID

from octavo.protocol.events import HistoryEntry
from octavo.rollout import message_history
from octavo.rollout.message_history import (
    MessageHistoryError,
    append_message,
    find_message,
    look_up_message,
    message_history_size,
)


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_history, "LOCK_PAUSE", 0.001)


async def test_a_message_is_one_compact_private_line(tmp_path: Path) -> None:
    home = tmp_path / "home"
    await append_message(str(home), ID, "héllo\nthere \ud800", 1_764_008_532)
    file = home / "history.jsonl"
    assert file.read_bytes() == (f'{{"session_id":"{ID}","ts":1764008532,"text":"héllo\\nthere \ufffd"}}\n'.encode())
    assert file.stat().st_mode & 0o777 == 0o600


async def test_a_file_open_to_others_becomes_private(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    file.write_text("")
    file.chmod(0o644)
    await append_message(str(tmp_path), ID, "x", 1)
    assert file.stat().st_mode & 0o777 == 0o600


async def test_a_device_behind_a_link_keeps_its_mode(tmp_path: Path) -> None:
    # `history.jsonl` led to `/dev/null`, by whom wants no history: as root that would close it to everybody else.
    device = tmp_path / "device"
    os.mkfifo(device)
    device.chmod(0o666)
    (tmp_path / "history.jsonl").symlink_to(device)
    await append_message(str(tmp_path), ID, "x", 1)
    assert device.stat().st_mode & 0o777 == 0o666
    assert message_history_size(str(tmp_path)) == (0, 0)


async def test_messages_are_counted_and_looked_up(tmp_path: Path) -> None:
    assert message_history_size(str(tmp_path)) == (0, 0)
    for number in range(3):
        await append_message(str(tmp_path), ID, f"text {number}", number)
    log_id, count = message_history_size(str(tmp_path))
    assert (log_id, count) == ((tmp_path / "history.jsonl").stat().st_ino, 3)
    assert await look_up_message(str(tmp_path), 1, log_id) == HistoryEntry(ID, 1, "text 1")
    assert await look_up_message(str(tmp_path), 3, log_id) is None
    assert await look_up_message(str(tmp_path), -1, log_id) is None


async def test_a_last_line_without_an_end_can_be_looked_up_but_is_not_counted(tmp_path: Path) -> None:
    await append_message(str(tmp_path), ID, "one", 1)
    file = tmp_path / "history.jsonl"
    with file.open("ab") as out:
        out.write(f'{{"session_id":"{ID}","ts":2,"text":"two"}}'.encode())
    log_id, count = message_history_size(str(tmp_path))
    assert count == 1
    assert await look_up_message(str(tmp_path), 1, log_id) == HistoryEntry(ID, 2, "two")
    await append_message(str(tmp_path), ID, "three", 3)
    assert await look_up_message(str(tmp_path), 2, log_id) == HistoryEntry(ID, 3, "three")


async def test_a_replaced_file_answers_no_old_offsets(tmp_path: Path) -> None:
    await append_message(str(tmp_path), ID, "old", 1)
    log_id, _ = message_history_size(str(tmp_path))
    os.rename(tmp_path / "history.jsonl", tmp_path / "kept")
    await append_message(str(tmp_path), ID, "new", 2)
    assert await look_up_message(str(tmp_path), 0, log_id) is None


@pytest.mark.parametrize("line", [b"junk\n", b"{}\n", b"\xff\n", b'{"session_id":"x","ts":"1","text":"y"}\n'])
async def test_a_broken_line_gives_nothing(tmp_path: Path, line: bytes) -> None:
    (tmp_path / "history.jsonl").write_bytes(line)
    log_id, _ = message_history_size(str(tmp_path))
    assert await look_up_message(str(tmp_path), 0, log_id) is None


async def test_a_missing_file_gives_nothing(tmp_path: Path) -> None:
    assert await look_up_message(str(tmp_path), 0, 0) is None


@pytest.mark.usefixtures("no_waiting")
async def test_a_file_that_stays_locked_is_given_up(tmp_path: Path) -> None:
    await append_message(str(tmp_path), ID, "one", 1)
    log_id, _ = message_history_size(str(tmp_path))
    with (tmp_path / "history.jsonl").open("rb") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        with pytest.raises(MessageHistoryError, match="locked"):
            await append_message(str(tmp_path), ID, "two", 2)
        assert await look_up_message(str(tmp_path), 0, log_id) is None
    assert message_history_size(str(tmp_path))[1] == 1


@pytest.mark.usefixtures("no_waiting")
async def test_a_lock_that_is_freed_in_time_is_waited_for(tmp_path: Path) -> None:
    await append_message(str(tmp_path), ID, "one", 1)
    with (tmp_path / "history.jsonl").open("rb") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        waiting = asyncio.create_task(append_message(str(tmp_path), ID, "two", 2))
        await asyncio.sleep(0)
        fcntl.flock(holder, fcntl.LOCK_UN)
        await waiting
    assert message_history_size(str(tmp_path))[1] == 2


async def test_a_home_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "history.jsonl").mkdir()
    with pytest.raises(MessageHistoryError, match="Is a directory"):
        await append_message(str(tmp_path), ID, "x", 1)


def test_two_processes_write_whole_lines(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys; from octavo.rollout.message_history import append_message\n"
        "async def main():\n"
        "    for number in range(100):\n"
        "        await append_message(sys.argv[1], sys.argv[2], sys.argv[2] * 300, number)\n"
        "asyncio.run(main())"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path), name]) for name in ("a", "b")]
    assert [writer.wait() for writer in writers] == [0, 0]
    lines = (tmp_path / "history.jsonl").read_bytes().split(b"\n")
    assert len(lines) == 201
    assert {line[:18] for line in lines if line} == {b'{"session_id":"a",', b'{"session_id":"b",'}
    assert all(line.endswith(b'"}') for line in lines if line)


async def test_the_newest_message_before_an_offset_that_holds_a_part(tmp_path: Path) -> None:
    home = str(tmp_path)
    assert find_message(home, "x", 9, 0) is None
    for text in ("Fix the parser", "fix it", "other"):
        await append_message(home, ID, text, 1)
    with open(tmp_path / "history.jsonl", "ab") as file:
        file.write(b"no message: fix\n")
    log_id, count = message_history_size(home)
    assert find_message(home, "FIX", count, log_id) == (1, HistoryEntry(ID, 1, "fix it"))
    assert find_message(home, "fix", 1, log_id) == (0, HistoryEntry(ID, 1, "Fix the parser"))
    assert find_message(home, "fix", 0, log_id) is None
    assert find_message(home, "fix", count, log_id + 1) is None
