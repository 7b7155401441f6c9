"""Reading for the list of saved sessions: what is found, what is remembered, and files that never answer."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from pathlib import Path

from unanswering import unanswering
from whole_program import program

from octavo.frontends.terminal.actions.patient_reader import PatientReader, Step
from octavo.frontends.terminal.actions.session_scan import SessionScan
from octavo.frontends.terminal.request import CHOOSE, TerminalRequest
from octavo.frontends.terminal.views.saved_session import SavedSession
from octavo.protocol.ids import ConversationId
from octavo.rollout.archive import delete_session
from octavo.rollout.excerpt import TextSearch, read_excerpt

ID = "00000000-0000-4000-8000-{:012}"


def saved(home: Path, number: int, *texts: str, source: str = "cli", provider: str = "mine", agent: str = "") -> Path:
    """A session that began in so many minutes of a day."""
    stamp = f"2025-09-{1 + number // 1440:02}T{number // 60 % 24:02}:{number % 60:02}:00"
    folder = home / "sessions" / stamp[:4] / stamp[5:7] / stamp[8:10]
    folder.mkdir(parents=True, exist_ok=True)
    meta: dict[str, object] = {
        "id": ID.format(number), "timestamp": f"{stamp}.000Z", "cwd": "/w", "originator": "codex_cli_rs",
        "cli_version": "0.1.0", "source": source, "model_provider": provider, "git": {"branch": "trunk"},
    }  # fmt: skip
    lines: list[tuple[str, dict[str, object]]] = [("session_meta", meta)]
    for text in texts:
        content = [{"type": "input_text", "text": text}]
        lines.append(("response_item", {"type": "message", "role": "user", "content": content}))
        lines.append(("event_msg", {"type": "user_message", "message": text}))
    if agent:
        lines.append(("event_msg", {"type": "agent_message", "message": agent}))
    path = folder / f"rollout-{stamp.replace(':', '-')}-{ID.format(number)}.jsonl"
    rows = [{"timestamp": f"{stamp}.000Z", "type": kind, "payload": payload} for kind, payload in lines]
    path.write_text("".join(json.dumps(row, separators=(",", ":"), ensure_ascii=False) + "\n" for row in rows))
    return path


def listed(scan: SessionScan) -> list[SavedSession]:
    """All of them, read here."""
    while (step := scan.next_step()) is not None:
        step.do()
    return scan.take()


def test_the_scan_finds_what_people_began_with_this_provider(tmp_path: Path) -> None:
    saved(tmp_path, 1, "oldest")
    saved(tmp_path, 2000, "elsewhere", provider="other")
    saved(tmp_path, 3000, "by a script", source="exec")
    saved(tmp_path, 3001)
    newest = saved(tmp_path, 4000, "newest", source="vscode")
    scan = SessionScan(str(tmp_path), "mine")
    found = listed(scan)
    assert [session.text for session in found] == ["newest", "oldest"]
    assert (found[0].path, found[0].branch, found[0].size) == (str(newest), "trunk", newest.stat().st_size)
    assert scan.so_far.ended
    assert len(listed(SessionScan(str(tmp_path), "mine", everything=True))) == 3


def test_what_has_not_changed_is_not_read_again_and_what_is_gone_is_forgotten(tmp_path: Path) -> None:
    same, changed, gone = saved(tmp_path, 1, "same"), saved(tmp_path, 2, "before"), saved(tmp_path, 3, "secret words")
    listed(SessionScan(str(tmp_path), "mine"))
    times = same.stat()
    same.write_bytes(b"x" * times.st_size)
    os.utime(same, ns=(times.st_atime_ns, times.st_mtime_ns))
    saved(tmp_path, 2, "behind")
    os.utime(changed, ns=(1, 1))
    gone.unlink()
    assert sorted(session.text for session in listed(SessionScan(str(tmp_path), "mine"))) == ["behind", "same"]
    index = tmp_path / "cache" / "sessions"
    assert b"secret" not in index.read_bytes()
    assert index.stat().st_mode & 0o777 == 0o600


def test_a_list_that_is_left_at_once_forgets_nothing(tmp_path: Path) -> None:
    for number in (1, 2, 3000):
        saved(tmp_path, number, "words")
    listed(SessionScan(str(tmp_path), "mine"))
    index = tmp_path / "cache" / "sessions"
    whole = index.read_bytes()
    SessionScan(str(tmp_path), "mine").remember()
    scan = SessionScan(str(tmp_path), "mine")
    while not scan.take():
        (step := scan.next_step()) and step.do()
    scan.remember()
    assert index.read_bytes() == whole


def test_it_is_at_its_end_only_when_nothing_is_left_to_do(tmp_path: Path) -> None:
    saved(tmp_path, 1, "words")
    scan = SessionScan(str(tmp_path), "mine")
    found: list[SavedSession] = []
    while (step := scan.next_step()) is not None:
        assert not scan.so_far.ended
        step.do()
        found += scan.take()
    assert scan.so_far.ended
    assert len(found) == 1


def test_files_that_are_none_are_named(tmp_path: Path) -> None:
    path = saved(tmp_path, 1, "words")
    pipe = path.with_name(path.name.replace("T00-01", "T00-02"))
    os.mkfifo(pipe)
    path.with_name(path.name.replace("T00-01", "T00-03")).symlink_to(pipe)
    scan = SessionScan(str(tmp_path), "mine")
    assert [session.text for session in listed(scan)] == ["words"]
    assert sorted(why for _, why in scan.so_far.failed) == ["a link", "not a file"]


def test_a_deleted_session_is_forgotten_at_once(tmp_path: Path) -> None:
    path = saved(tmp_path, 1, "secret words")
    saved(tmp_path, 2, "others")
    listed(SessionScan(str(tmp_path), "mine"))
    index = tmp_path / "cache" / "sessions"
    assert b"secret" in index.read_bytes()
    delete_session(str(tmp_path), str(path), ConversationId(ID.format(1)))
    assert b"secret" not in index.read_bytes()
    assert b"others" in index.read_bytes()


def test_behind_two_late_files_of_a_folder_its_others_wait(tmp_path: Path) -> None:
    for number in (1, 2, 3, 4, 2000):
        saved(tmp_path, number, f"question {number}")
    scan = SessionScan(str(tmp_path), "mine")
    late: list[Step] = []
    while (step := scan.next_step()) is not None:
        if step.path.endswith(".jsonl") and "2025-09-01" in step.path:
            late.append(step)
            scan.left(step)
        else:
            step.do()
    assert len(late) == 2
    assert [session.text for session in scan.take()] == ["question 2000"]
    assert scan.so_far.left == 2
    for step in late:
        step.do()
        scan.came_back(step)
    assert sorted(session.text for session in listed(scan)) == [f"question {number}" for number in (1, 2, 3, 4)]
    assert scan.so_far.ended


async def test_a_step_that_does_not_answer_is_left_behind_and_counts_when_it_comes() -> None:
    answer, done = threading.Event(), list[str]()

    def late() -> None:
        answer.wait()
        done.append("late")

    steps = [Step("/ok", lambda: done.append("ok")), Step("/dead", late)]
    left: list[str] = []
    news = asyncio.Event()
    reader = PatientReader(
        lambda: steps.pop() if steps else None, news.set, lambda step: left.append(step.path), lambda _: left.clear()
    )
    reader.wake()
    async with asyncio.timeout(10):
        while done != ["ok"]:
            await news.wait()
            news.clear()
        assert left == ["/dead"]
        answer.set()
        while done != ["ok", "late"] or left:
            await news.wait()
            news.clear()
    reader.close()


def test_words_are_found_in_what_was_said_alone(tmp_path: Path) -> None:
    path = saved(tmp_path, 1, "first", 'say "Été" twice', agent="a\nNEEDLE in it")
    size = path.stat().st_size

    def found(words: str) -> str | None:
        return TextSearch(str(path), size, words).go_on()

    assert found("needle") == "a NEEDLE in it"
    assert found('say "été"') == 'say "Été" twice'
    assert found("codex_cli_rs") is None
    assert found("input_text") is None


def test_an_excerpt_of_a_large_session_is_its_beginning_and_its_end(tmp_path: Path) -> None:
    path = saved(tmp_path, 1, "first", *(f"{n} {'x' * 10_000}" for n in range(100)), agent="the last words")
    excerpt = read_excerpt(str(path))
    assert not excerpt.is_whole
    assert excerpt.first[0].text == "first"
    assert excerpt.last[-1] == ("agent", "the last words")


async def test_rows_are_there_and_can_be_left_while_files_do_not_answer(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for number in range(300):
        dead = saved(home, number, f"question {number}", agent="a needle" if number == 7 else "")
    saved(home, 500, "alone")
    for name in ("session_index.jsonl", "cache/sessions"):
        (home / name).parent.mkdir(exist_ok=True)
        os.mkfifo(home / name)
    os.mkfifo(dead.with_name(dead.name.replace("T04-59", "T08-21")))
    with unanswering(dead):
        async with program(tmp_path, request=TerminalRequest(CHOOSE)) as here:
            await here.shown(r"^> .*alone$")
            await here.shown(r"^  .*question 298$")
            if sys.platform == "linux":  # elsewhere nothing keeps a plain file from being opened
                await here.shown(rf"No answer yet from {dead.name}")
            await here.shown(r"^ Could not be read \(not a file\): rollout-2025-09-01T08-21")
            await here.shown(r"^ 30[01] sessions, newest first")
            await here.key("needle", r"^> .*question 7  a needle$")
            await here.key("\x15", r"^> .*alone$")
            await here.key("\x14", r"^Folder: +/w")
            await here.key("q", r"^> .*alone$")
            await here.key("esc", r"context left")
        async with program(tmp_path, request=TerminalRequest(CHOOSE)) as here:
            await here.shown(r"^> .*alone$")
            await here.key("\x03")
            await here.ended()
