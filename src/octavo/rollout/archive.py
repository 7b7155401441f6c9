"""Moves a session out of the lists (`docs/rollouts.md`).

Archiving has two halves, so that a running conversation can be ended in between.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable

from octavo.protocol.ids import ConversationId
from octavo.rollout.errors import RolloutError, os_error_text
from octavo.rollout.files import archive_folder, archived_files, sessions_folder
from octavo.rollout.journal import journal_path
from octavo.rollout.recorder import RolloutRecorder


class NotArchivable(RolloutError):
    """The request names a file that is no saved session, or another one's."""


class ArchiveError(RolloutError):
    """The file could not be moved."""


def archivable_path(codex_home: str, rollout_path: str, conversation_id: ConversationId) -> str:
    """The real path of the session's file, which must lie below `sessions` and bear the session's id.

    Raises `NotArchivable`.
    """
    real = _saved_path(codex_home, rollout_path, conversation_id)
    if not os.path.isfile(real):  # a pipe in its place would be another one's, or nobody's
        raise NotArchivable(f"rollout path `{rollout_path}` is not a regular file")
    return real


def archive_session(codex_home: str, real_path: str, now: Callable[[], int]) -> str:
    """Move the file that `archivable_path` gave into `archived_sessions`, flat; its new path.

    What a killed process left in the session's journal is taken over first. Raises `ArchiveError`.
    """
    if os.path.exists(journal_path(real_path)):
        _take_over_journal(real_path, now)
    target = os.path.join(archive_folder(codex_home), os.path.basename(real_path))
    try:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.rename(real_path, target)
    except OSError as error:
        raise ArchiveError(f"failed to archive conversation: {os_error_text(error)}") from None
    return target


def unarchive_session(codex_home: str, conversation_id: ConversationId) -> str:
    """Move the archived session back to where it began; its new path. Raises `NotArchivable` or `ArchiveError`."""
    found = next((file for file in archived_files(codex_home) if file.id == conversation_id), None)
    if found is None:
        raise NotArchivable(f"no archived rollout found for thread id {conversation_id}")
    year, month, day = found.time[:10].split("-")
    target = os.path.join(sessions_folder(codex_home), year, month, day, os.path.basename(found.path))
    try:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.rename(found.path, target)
    except OSError as error:
        raise ArchiveError(f"failed to unarchive conversation: {os_error_text(error)}") from None
    return target


def delete_session(codex_home: str, rollout_path: str, conversation_id: ConversationId) -> None:
    """Remove the session's file, which must lie below `sessions` or among the archived ones, and its journal.

    Raises `NotArchivable` or `ArchiveError`.
    """
    archived = next((file.path for file in archived_files(codex_home) if file.id == conversation_id), None)
    is_archived = archived is not None and os.path.realpath(archived) == os.path.realpath(rollout_path)
    real = os.path.realpath(rollout_path) if is_archived else _saved_path(codex_home, rollout_path, conversation_id)
    try:
        os.unlink(real)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(journal_path(real))
    except OSError as error:
        raise ArchiveError(f"failed to delete conversation: {os_error_text(error)}") from None
    from octavo.rollout.session_index import forget_session  # only where something is deleted

    forget_session(codex_home, rollout_path)


def _saved_path(codex_home: str, rollout_path: str, conversation_id: ConversationId) -> str:
    try:
        real = os.path.realpath(rollout_path, strict=True)
        folder = os.path.realpath(sessions_folder(codex_home), strict=True)
    except (OSError, ValueError):  # `ValueError`: a NUL in the path
        real = folder = ""
    if not folder or not real.startswith(folder + os.sep):
        raise NotArchivable(f"rollout path `{rollout_path}` must be in sessions directory")
    if not os.path.basename(real).endswith(f"{conversation_id}.jsonl"):
        raise NotArchivable(f"rollout path `{rollout_path}` does not match conversation id {conversation_id}")
    return real


def _take_over_journal(path: str, now: Callable[[], int]) -> None:
    try:
        RolloutRecorder.reopen(path, now).close()
    except RolloutError as error:
        raise ArchiveError(f"failed to archive conversation: {error}") from None
