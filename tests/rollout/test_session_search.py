"""Finding one session, and taking one out of the lists."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from saved_sessions import ID, asked, clock, lay, lay_simple, meta_line, numbered_id, start

from octavo.protocol.events import UserMessage
from octavo.protocol.ids import ConversationId
from octavo.rollout.archive import (
    ArchiveError,
    NotArchivable,
    archivable_path,
    archive_session,
    delete_session,
)
from octavo.rollout.find import find_session, newest_session, newest_sessions
from octavo.rollout.journal import journal_path
from octavo.rollout.listing import list_sessions
from octavo.rollout.read import load_rollout

STAMP = "2025-09-01T10-00-00"

# --- finding one ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("spelled", [ID, ID.upper(), ID.replace("-", ""), ID.replace("-", "").upper()])
def test_an_id_is_found_in_any_spelling(tmp_path: Path, spelled: str) -> None:
    path = start(tmp_path).path
    assert find_session(str(tmp_path), spelled) == path


def test_an_id_is_found_wherever_its_file_lies(tmp_path: Path) -> None:
    folder = tmp_path / "sessions" / "old" / ".hidden"
    folder.mkdir(parents=True)
    (folder / f"moved-{ID}.jsonl").write_text("x")
    (tmp_path / ".gitignore").write_text("*")
    assert find_session(str(tmp_path), ID) == str(folder / f"moved-{ID}.jsonl")


@pytest.mark.parametrize("text", ["", "hello", ID[:-1], ID + "0", "../" + ID])
def test_what_is_no_id_is_not_found(tmp_path: Path, text: str) -> None:
    start(tmp_path)
    assert find_session(str(tmp_path), text) is None


def test_a_journal_is_not_taken_for_its_session(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    recorder.note_completed_item(asked("x"))
    os.unlink(recorder.path)
    assert find_session(str(tmp_path), ID) is None


def test_the_newest_session_is_that_of_the_current_provider(tmp_path: Path) -> None:
    ours = lay_simple(tmp_path, 1, "2025-09-01T10-00-00", source="exec")
    lay_simple(tmp_path, 2, "2025-09-02T10-00-00", model_provider="other")
    lay(tmp_path, "2025-09-03T10-00-00", numbered_id(3), [meta_line(numbered_id(3))])
    assert newest_session(str(tmp_path), "mock") == ours
    assert newest_session(str(tmp_path), "mock", ("cli",)) is None


def test_what_an_agent_of_the_newest_session_did_is_not_the_newest(tmp_path: Path) -> None:
    ours = lay_simple(tmp_path, 1, "2025-09-01T10-00-00", source="exec")
    lay_simple(tmp_path, 2, "2025-09-01T10-00-01", source={"subagent": {"other": "scout"}})
    lay_simple(tmp_path, 3, "2025-09-01T10-00-02", source={"subagent": "review"})
    lay_simple(tmp_path, 4, "2025-09-01T10-00-03", source={"subagent": {"thread_spawn": {"depth": 1}}})
    assert newest_session(str(tmp_path), "mock") == ours
    assert [one and one.path for one in newest_sessions(str(tmp_path), "mock", None)] == [None, ours]


# --- archiving ------------------------------------------------------------------------------------------


def archived(home: Path, path: str, conversation_id: str) -> str:
    wanted = ConversationId(conversation_id)
    return archive_session(str(home), archivable_path(str(home), path, wanted), clock())


def test_an_archived_session_is_gone_from_every_search(tmp_path: Path) -> None:
    path = lay_simple(tmp_path, 1, STAMP)
    target = archived(tmp_path, path, numbered_id(1))
    assert target == str(tmp_path / "archived_sessions" / os.path.basename(path))
    assert os.path.exists(target)
    assert list_sessions(str(tmp_path)).sessions == ()
    assert find_session(str(tmp_path), numbered_id(1)) is None
    assert newest_session(str(tmp_path), "mock") is None
    with pytest.raises(NotArchivable, match="must be in sessions directory"):
        archived(tmp_path, path, numbered_id(1))


def test_a_pipe_in_the_place_of_a_session_is_not_archived(tmp_path: Path) -> None:
    path = lay_simple(tmp_path, 1, STAMP)
    os.unlink(path)
    os.mkfifo(path)
    with pytest.raises(NotArchivable, match="is not a regular file"):
        archived(tmp_path, path, numbered_id(1))
    assert os.path.lexists(path)
    delete_session(str(tmp_path), path, ConversationId(numbered_id(1)))
    assert not os.path.lexists(path)


def test_a_home_behind_a_link_can_archive(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    path = lay_simple(tmp_path / "link", 1, STAMP)
    assert os.path.exists(archived(tmp_path / "link", path, numbered_id(1)))


def test_a_file_elsewhere_is_not_archived(tmp_path: Path) -> None:
    outside = lay_simple(tmp_path / "other", 1, STAMP)
    lay_simple(tmp_path, 2, STAMP)
    inside = tmp_path / "sessions" / "2025" / os.path.basename(outside)
    inside.symlink_to(outside)
    (tmp_path / "sessions_more").mkdir()
    for path in (outside, str(inside), "/gone", "\0", str(tmp_path / "sessions_more"), str(tmp_path / "sessions")):
        with pytest.raises(NotArchivable) as caught:
            archived(tmp_path, path, numbered_id(1))
        assert str(caught.value) == f"rollout path `{path}` must be in sessions directory"


def test_a_file_of_another_session_is_not_archived(tmp_path: Path) -> None:
    path = lay_simple(tmp_path, 1, STAMP)
    with pytest.raises(NotArchivable) as caught:
        archived(tmp_path, path, numbered_id(2))
    assert str(caught.value) == f"rollout path `{path}` does not match conversation id {numbered_id(2)}"


def test_what_cannot_be_moved_is_one_clear_error(tmp_path: Path) -> None:
    path = lay_simple(tmp_path, 1, STAMP)
    (tmp_path / "archived_sessions").write_text("in the way")
    with pytest.raises(ArchiveError, match=r"^failed to archive conversation: .* \(os error \d+\)$"):
        archived(tmp_path, path, numbered_id(1))


def test_what_a_killed_process_left_is_archived_too(tmp_path: Path) -> None:
    recorder = start(tmp_path)
    recorder.record_event(UserMessage("x"))
    recorder.note_completed_item(asked("shown"))
    os.close(recorder._fd)
    os.close(recorder._journal._fd)
    target = archived(tmp_path, recorder.path, ID)
    assert load_rollout(target).history() == [asked("shown")]
    assert not os.path.exists(journal_path(recorder.path))
