"""Files that a terminal types when they are dropped into it: what their spellings mean (`docs/terminal-composer.md`,
"Dropping files").

Terminals quote as a shell does, write `file://` addresses or paths of Windows, and put blanks or line ends between
several.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

LONGEST = 16_384
"""Characters of what is looked at as a list of files."""

_WINDOWS_WORD = re.compile(r'"([^"]*)"|(\S+)')


class Named(NamedTuple):
    """The paths that a text may name; `is_plain` where each stands in it as it is."""

    paths: tuple[str, ...]
    is_plain: bool = False


def named_paths(text: str) -> Iterator[Named]:
    """What the text may mean, the likeliest first; no file is looked at."""
    if not text.strip() or "\0" in text or len(text) > LONGEST:
        return
    bare = text.strip()
    if bare != text.lstrip() and may_name_files(text):
        yield _named([text])  # a name may end in blanks
    yield _named(bare.split("\n"))
    if (words := _shell_words(text)) is not None:
        paths, is_plain = _named(words)
        yield Named(paths, is_plain and not any(sign in text for sign in "'\"\\"))
    if "\\" in text:  # which is no escape between the parts of a path of Windows
        yield _named([quoted or word for quoted, word in _WINDOWS_WORD.findall(text)])


def _named(words: Sequence[str]) -> Named:
    paths = tuple(map(_plain_path, words))
    return Named(paths, paths == tuple(words) and not any(map(_has_blanks, paths)))


def _has_blanks(path: str) -> bool:
    return any(map(str.isspace, path))


def may_name_files(text: str) -> bool:
    """Whether the text begins as a list of files does that is not the name of a single one in this folder."""
    return bool(re.match(r"""\s*(?:['"]?(?:/|~/|\\\\|[A-Za-z]:[\\/])|['"]?file://)""", text, re.IGNORECASE))


def reference(path: str, folder: str) -> str:
    """A path as one would write it in a message: below the folder without it, in quotes if it has white space."""
    shown = os.path.relpath(path, folder) if path.startswith(folder.rstrip("/") + "/") else path
    if not _has_blanks(shown):
        return shown
    import shlex

    return f'"{shown}"' if '"' not in shown else shlex.quote(shown)


def _shell_words(text: str) -> list[str] | None:
    import shlex

    try:
        return shlex.split(text)
    except ValueError:
        return None


def _plain_path(text: str) -> str:
    """The path that a word means, itself where it means nothing else."""
    if text.lower().startswith("file://"):
        from urllib.parse import unquote_to_bytes

        path = os.fsdecode(unquote_to_bytes(re.sub(r"^[^/]*", "", text[len("file://") :])))
        return _plain_path(path[1:]) if re.match(r"/[A-Za-z]:/", path) else path
    if match := re.fullmatch(r"([A-Za-z]):[\\/](.*)", text):  # a drive, as the Windows subsystem shows it
        return f"/mnt/{match[1].lower()}/" + match[2].replace("\\", "/")
    if match := re.fullmatch(r"\\\\wsl(?:\$|\.localhost)\\[^\\]+(\\.*)", text, re.IGNORECASE):
        return match[1].replace("\\", "/")
    return os.path.expanduser(text) if text.startswith("~/") else text
