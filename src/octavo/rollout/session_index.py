"""What lists show of saved sessions, remembered beside them by each file's size and time of change.

So a list of many thousands reads only the files that have changed (`docs/sessions.md`). The files are the only truth.
"""

from __future__ import annotations

import os

import msgspec

from octavo.rollout.head import last_item_time, read_head
from octavo.rollout.index_file import index_path, read_index, write_index

_FORMAT = 1
_MOST_TEXT = 400
"""Characters of the first words that are kept."""


class ListedSession(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A session by its file's size in bytes and time of change in nanoseconds.

    `id` is empty where the file holds no session with words of the user. Times are UTC texts as the file has them;
    `source` is one word, `provider` empty where the file names none.
    """

    size: int
    changed: int
    id: str = ""
    created: str = ""
    updated: str = ""
    text: str = ""
    cwd: str = ""
    branch: str = ""
    source: str = ""
    provider: str = ""


Folders = dict[str, dict[str, ListedSession]]
"""By folder and name of the file."""


def read_listed(path: str, size: int, changed: int) -> ListedSession:
    """Look at the first lines and the last. Raises `OSError`."""
    head = read_head(path)
    if head.meta is None or not head.has_user_message:
        return ListedSession(size, changed)
    meta = head.meta
    branch = meta.git.get("branch", "") if isinstance(meta.git, dict) else ""
    return ListedSession(
        size=size,
        changed=changed,
        id=meta.id,
        created=head.created_at,
        updated=last_item_time(path) or head.created_at,
        text=(head.preview or "")[:_MOST_TEXT],
        cwd=meta.cwd,
        branch=branch,
        source=meta.source if isinstance(meta.source, str) else "subagent",
        provider=meta.model_provider or "",
    )


def load_session_index(codex_home: str) -> Folders:
    """What an earlier list has found; empty where nothing is remembered."""
    return read_index(index_path(codex_home, "sessions"), _FORMAT, Folders) or {}


def save_session_index(codex_home: str, folders: Folders) -> None:
    """Remember what was found."""
    write_index(index_path(codex_home, "sessions"), _FORMAT, folders)


def forget_session(codex_home: str, path: str) -> None:
    """Remember nothing of this file."""
    folder, name = os.path.split(path)
    folders = load_session_index(codex_home)
    if folders.get(folder, {}).pop(name, None) is not None:
        save_session_index(codex_home, folders)
