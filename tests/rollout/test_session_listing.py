"""Which sessions a list shows, in which order, page by page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from saved_sessions import (
    ID,
    encoded,
    lay,
    lay_simple,
    meta_line,
    numbered_id,
    user_event,
    user_item,
)

from octavo.rollout.errors import RolloutReadError
from octavo.rollout.find import find_session, newest_session
from octavo.rollout.listing import SCAN_LIMIT, SessionPage, list_sessions, parse_cursor, summarize_session

STAMP = "2025-09-01T10-00-00"


def previews(page: SessionPage) -> list[str | None]:
    return [session.preview for session in page.sessions]


def listed(home: Path, **options: Any) -> list[str | None]:
    return previews(list_sessions(str(home), **options))


def lines(number: int, *more: dict[str, Any], **changes: Any) -> list[dict[str, Any]]:
    return [meta_line(numbered_id(number), **changes), *more]


def test_no_sessions_is_an_empty_page(tmp_path: Path) -> None:
    assert list_sessions(str(tmp_path)) == SessionPage((), None)


def test_newest_come_first_across_days_months_and_years(tmp_path: Path) -> None:
    for number, stamp in enumerate(
        (
            "2024-12-31T23-59-59",
            "2025-01-01T00-00-00",
            "2025-10-02T08-00-00",
            "2025-09-30T08-00-00",
            "2025-10-02T07-00-00",
        )
    ):
        lay_simple(tmp_path, number, stamp, stamp)
    assert listed(tmp_path) == [
        "2025-10-02T08-00-00",
        "2025-10-02T07-00-00",
        "2025-09-30T08-00-00",
        "2025-01-01T00-00-00",
        "2024-12-31T23-59-59",
    ]


def test_sessions_of_one_second_come_by_falling_id_and_once_each(tmp_path: Path) -> None:
    for number in (2, 3, 1):
        lay_simple(tmp_path, number, STAMP, f"text {number}")
    seen: list[str | None] = []
    cursor = None
    cursors = []
    while True:
        page = list_sessions(str(tmp_path), page_size=1, after=cursor)
        seen += previews(page)
        cursor = page.next_cursor
        if cursor is None:
            break
        cursors.append(str(cursor))
        assert parse_cursor(str(cursor)) == cursor
    assert seen == ["text 3", "text 2", "text 1"]
    assert cursors == [f"{STAMP}|{numbered_id(3)}", f"{STAMP}|{numbered_id(2)}"]


def test_a_full_page_at_the_end_has_no_cursor(tmp_path: Path) -> None:
    for number in range(4):
        lay_simple(tmp_path, number, f"2025-09-0{number + 1}T10-00-00")
    first = list_sessions(str(tmp_path), page_size=2)
    second = list_sessions(str(tmp_path), page_size=2, after=first.next_cursor)
    assert len(first.sessions) == len(second.sessions) == 2
    assert second.next_cursor is None


def test_the_file_behind_a_full_page_is_not_filtered(tmp_path: Path) -> None:
    lay_simple(tmp_path, 1, "2025-09-02T10-00-00")
    lay_simple(tmp_path, 2, "2025-09-01T10-00-00", source="exec")
    page = list_sessions(str(tmp_path), page_size=1, sources=("cli", "vscode"))
    assert page.next_cursor
    assert list_sessions(str(tmp_path), sources=("cli", "vscode"), after=page.next_cursor) == SessionPage((), None)


def test_a_page_of_no_size_is_empty(tmp_path: Path) -> None:
    lay_simple(tmp_path, 1, STAMP)
    assert list_sessions(str(tmp_path), page_size=0) == SessionPage((), None)


@pytest.mark.parametrize("text", ["", "x", "2025-09-01T10-00-00", "2025-09-01T10-00-00|x", "2025-13-01T10-00-00|" + ID])
def test_what_is_no_cursor_is_ignored(text: str) -> None:
    assert parse_cursor(text) is None


def test_other_names_and_links_are_not_looked_at(tmp_path: Path) -> None:
    path = Path(lay_simple(tmp_path, 1, STAMP, "seen"))
    content = path.read_bytes()
    for name in (
        "notes.jsonl",
        f"rollout-{STAMP}-nonsense.jsonl",
        f"rollout-{STAMP}-{numbered_id(5)}.jsonl.zst",
        f"rollout-2025-02-30T10-00-00-{numbered_id(6)}.jsonl",
        f"rollout-2025-09-01T10-00-{numbered_id(7)}.jsonl",
        f"rollout-{STAMP}-{numbered_id(8)}.json",
    ):
        (path.parent / name).write_bytes(content)
    (path.parent / f"rollout-{STAMP}-{numbered_id(2)}.jsonl").symlink_to(path)
    (path.parent / f"rollout-{STAMP}-{numbered_id(3)}.jsonl").mkdir()
    (path.parents[1] / "02").symlink_to(path.parent)
    (path.parents[1] / "x1").mkdir()
    (path.parents[1] / "03").write_text("a file")
    assert listed(tmp_path) == ["seen"]


def test_sources_filter_and_no_sources_mean_any(tmp_path: Path) -> None:
    for number, source in enumerate(("cli", "vscode", "exec", "mcp", "future", {"subagent": "review"}, "<absent>")):
        lay_simple(tmp_path, number, STAMP, str(number), source=source)
    assert listed(tmp_path, sources=("cli", "vscode")) == ["6", "1", "0"]
    assert len(listed(tmp_path)) == 7


def test_a_session_without_a_provider_belongs_to_the_default_one(tmp_path: Path) -> None:
    lay_simple(tmp_path, 1, STAMP, "none", model_provider="<absent>")
    lay_simple(tmp_path, 2, STAMP, "null", model_provider=None)
    lay_simple(tmp_path, 3, STAMP, "mock")
    lay_simple(tmp_path, 4, STAMP, "other", model_provider="other")
    assert listed(tmp_path, providers=("mock",), default_provider="mock") == ["mock", "null", "none"]
    assert listed(tmp_path, providers=("other",), default_provider="mock") == ["other"]
    assert len(listed(tmp_path, default_provider="mock")) == 4


def test_a_session_without_a_user_message_is_not_listed_but_found(tmp_path: Path) -> None:
    path = lay(tmp_path, STAMP, numbered_id(1), lines(1, user_item("no event")))
    assert listed(tmp_path) == []
    assert find_session(str(tmp_path), numbered_id(1)) == path
    assert newest_session(str(tmp_path), "mock") is None


def test_a_user_message_behind_ten_records_is_too_late(tmp_path: Path) -> None:
    items = [user_item(f"<environment_context>{number}") for number in range(9)]
    lay(tmp_path, STAMP, numbered_id(1), lines(1, *items, user_event("late")))
    assert listed(tmp_path) == []
    lay(tmp_path, STAMP, numbered_id(2), lines(2, *items[:8], user_event("in time"), user_item("in time")))
    assert listed(tmp_path) == ["in time"]


def test_broken_lines_do_not_count(tmp_path: Path) -> None:
    broken = [b"junk"] * 20
    meta = encoded({"timestamp": "2025-09-01T10:00:00.000Z", **meta_line(numbered_id(1))})
    lay(tmp_path, STAMP, numbered_id(1), [*broken, meta, *broken, user_item("x"), user_event("x")])
    assert listed(tmp_path) == ["x"]


def test_an_empty_or_unreadable_file_is_left_out(tmp_path: Path) -> None:
    lay(tmp_path, STAMP, numbered_id(1), [])
    lay(tmp_path, STAMP, numbered_id(2), [b"\0\0\0"])
    lay_simple(tmp_path, 3, STAMP, "fine")
    assert listed(tmp_path) == ["fine"]


def test_a_folder_that_cannot_be_read_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "sessions").write_text("in the way")
    with pytest.raises(RolloutReadError, match=r"Not a directory \(os error 20\)"):
        list_sessions(str(tmp_path))


@pytest.mark.parametrize(
    ("texts", "preview"),
    [
        (["plain"], "plain"),
        (["  kept as it is \n"], "  kept as it is \n"),
        (["<user_instructions>be kind</user_instructions>", "hi"], "hi"),
        (["\n <ENVIRONMENT_context>x", "hi"], "hi"),
        (["# AGENTS.md instructions for /srv\n", "hi"], "hi"),
        (
            ["# Context\n## My request for Codex:\n  do it \n## My request for Codex: x"],
            "do it \n## My request for Codex: x",
        ),
        (["<environment_context>only"], None),
    ],
)
def test_the_preview_is_the_users_first_own_words(tmp_path: Path, texts: list[str], preview: str | None) -> None:
    lay(tmp_path, STAMP, numbered_id(1), lines(1, *map(user_item, texts), user_event("x")))
    assert listed(tmp_path) == [preview]


def test_an_image_alone_gives_an_empty_preview(tmp_path: Path) -> None:
    image = user_item("")
    image["payload"]["content"] = [{"type": "input_image", "image_url": "data:x"}]
    lay(tmp_path, STAMP, numbered_id(1), lines(1, image, user_event("")))
    assert listed(tmp_path) == [""]


def test_a_session_of_a_later_release_is_listed_by_its_items(tmp_path: Path) -> None:
    event = {"type": "event_msg", "payload": {"type": "item_completed", "item": {"type": "UserMessage", "id": "1"}}}
    facts = {"history_mode": "paginated", "instructions": "<absent>", "base_instructions": {"text": "x"}}
    lay(tmp_path, STAMP, numbered_id(1), lines(1, user_item("from later"), event, **facts))
    assert listed(tmp_path) == ["from later"]


def test_times_are_those_of_the_first_and_the_last_item(tmp_path: Path) -> None:
    path = lay_simple(tmp_path, 1, STAMP)
    with open(path, "ab") as file:
        file.write(encoded({"timestamp": "2025-09-02T00:00:00.000Z", **user_item("é" * 70_000)}) + b"\n")
        file.write(encoded({"timestamp": "2025-09-03T00:00:00.000Z", **user_event("later")}) + b"\ntorn")
    session = list_sessions(str(tmp_path)).sessions[0]
    assert (session.created_at, session.updated_at) == ("2025-09-01T10:00:00.000Z", "2025-09-02T00:00:00.000Z")


def test_a_fork_is_listed_by_its_own_facts(tmp_path: Path) -> None:
    origin = meta_line(numbered_id(9), source="exec", model_provider="other")
    lay(tmp_path, STAMP, numbered_id(1), lines(1, origin, user_item("x"), user_event("x")))
    page = list_sessions(str(tmp_path), sources=("cli",), providers=("mock",))
    assert [session.conversation_id for session in page.sessions] == [numbered_id(1)]


def test_no_more_than_the_limit_of_files_is_looked_at(tmp_path: Path) -> None:
    folder = Path(lay_simple(tmp_path, 1, "2025-09-01T10-00-01", "newest")).parent
    for number in range(SCAN_LIMIT + 5):
        os.close(os.open(folder / f"rollout-{STAMP}-{numbered_id(number)}.jsonl", os.O_CREAT))
    page = list_sessions(str(tmp_path), page_size=5)
    assert previews(page) == ["newest"]
    assert page.next_cursor
    assert list_sessions(str(tmp_path), page_size=5, providers=("none",)) == SessionPage((), None)


# --- one file ----------------------------------------------------------------------------------------


def test_the_summary_of_one_file_needs_no_user_message(tmp_path: Path) -> None:
    path = lay(tmp_path, STAMP, numbered_id(1), lines(1))
    summary = summarize_session(path)
    assert (summary.conversation_id, summary.preview) == (numbered_id(1), None)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ([], "rollout at {path} is empty"),
        ([b"junk"], "rollout at {path} is empty"),
        ([user_item("x"), meta_line(ID)], "rollout at {path} does not start with session metadata"),
    ],
)
def test_a_file_without_a_summary_says_why(tmp_path: Path, content: list[Any], reason: str) -> None:
    path = lay(tmp_path, STAMP, numbered_id(1), content)
    with pytest.raises(RolloutReadError) as caught:
        summarize_session(path)
    assert str(caught.value) == f"failed to load conversation summary from {path}: " + reason.format(path=path)


def test_a_missing_file_has_no_summary(tmp_path: Path) -> None:
    with pytest.raises(RolloutReadError, match=r"summary from /gone: No such file or directory \(os error 2\)"):
        summarize_session("/gone")
