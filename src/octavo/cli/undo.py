"""`octavo undo`: take back what the last turns of a session did to files (`docs/undo.md`)."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence

from octavo.cli.visible import visible, with_tilde
from octavo.cli.words.invocation import Invocation
from octavo.config.home import find_home
from octavo.errors import OctavoError
from octavo.protocol.json_text import encode_json
from octavo.sandbox.roots import is_within
from octavo.undo.history import every_root_of
from octavo.undo.journal import Journal
from octavo.undo.take_back import NothingToUndo, Store, folder_of
from octavo.undo.work import Left

_DID = {"restore": "restored", "recreate": "brought back", "remove": "removed"}
_WOULD = {"restore": "would restore", "recreate": "would bring back", "remove": "would remove"}
_END = ".jsonl"


class CannotUndo(OctavoError):
    """There is no such session or turn, or nothing to take back."""


def run(invocation: Invocation) -> int:
    """Exit code 0 when everything is as it was before, 1 when something was left alone."""
    options = invocation.last
    home = find_home(os.environ)
    store = Store(home, _session(home, options.text("SESSION")))
    first = _number(options.text("turn"))
    redo, overwrite, as_json = options.has("redo"), options.has("yes"), options.has("json")
    try:
        store.recover()
        if options.has("list"):
            return _list(store, as_json=as_json)
        finish = overwrite  # what the last undoing left is what the yes is about
        if not options.has("preview") and store.is_running():
            raise CannotUndo("the session runs something right now; wait for its end, or interrupt it first")
        undoing = store.preview(first, overwrite=overwrite, redo=redo, finish=finish)
        if options.has("preview"):
            return _report(undoing.turns, undoing.planned.doing, undoing.planned.left, _WOULD, as_json)
        if not overwrite and not as_json and _agrees(undoing.planned.left):
            overwrite = True
        undoing, outcome = store.take_back(first, overwrite=overwrite, redo=redo, finish=finish)
    except NothingToUndo as error:
        raise CannotUndo(str(error)) from None
    except OSError as error:
        raise CannotUndo(f"{error.strerror or error}: {error.filename or store.folder}") from None
    return _report(undoing.turns, outcome.done, outcome.left, _DID, as_json)


def _session(home: str, word: str | None) -> str:
    """The session that is meant: by its id or the beginning of one, else the newest that worked in this folder."""
    folder = folder_of(home)
    names = _newest_first(folder)
    if word is not None:
        found = [name for name in names if name.startswith(word.lower())]
        if len(found) == 1 or word.lower() in found:
            return word.lower() if word.lower() in found else found[0]
        why = f"{len(found)} sessions begin with {word}" if found else f"nothing was kept of a session {word}"
        raise CannotUndo(f"{why}; octavo sessions list shows their ids")
    here = os.path.realpath(os.curdir)
    for name in names:
        try:
            roots = every_root_of(Journal(folder, name).read())
        except OSError:  # what stands there is no journal
            continue
        if any(is_within(here, root) for root in roots):
            return name
    raise CannotUndo("nothing was kept of a session in this folder ([undo] enabled = true in config.toml)")


def _newest_first(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            found = [
                (entry.stat(follow_symlinks=False).st_mtime, entry.name.removesuffix(_END))
                for entry in entries
                if entry.name.endswith(_END)
            ]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise CannotUndo(f"{error.strerror}: {folder}") from None
    return [name for _, name in sorted(found, reverse=True)]


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdigit():
        raise CannotUndo(f"--turn wants a number, not {visible(text)!r}; octavo undo --list shows them")
    return int(text)


def _list(store: Store, *, as_json: bool) -> int:
    turns = store.turns()
    if as_json:
        sys.stdout.write(encode_json(turns).decode() + "\n")
        return 0
    for turn in turns:
        sys.stdout.write(
            f"{turn.number:>4}  {_when(turn.time)}  {_counted(turn.paths, 'path')}  {visible(turn.said)}\n"
        )
    if not turns:
        sys.stdout.write("No turn of this session can be taken back.\n")
    return 0


def _when(seconds: float) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
    except (ValueError, OverflowError, OSError):  # of a damaged journal
        return "????-??-?? ??:??"


def _agrees(left: Sequence[Left]) -> bool:
    """Whether the user wants what somebody else changed overwritten; asked only where somebody can answer."""
    changed = [one for one in left if one.can_force]
    if not changed or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    for one in changed:
        sys.stdout.write(f"{visible(with_tilde(one.path))}: {one.why}\n")
    sys.stdout.write(f"Overwrite {_counted(len(changed), 'path')} that somebody else changed since? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _report(
    turns: Sequence[int], doing: Mapping[str, str], left: Sequence[Left], words: Mapping[str, str], as_json: bool
) -> int:
    if as_json:
        said = {
            "turns": turns,
            "done": [
                {"path": os.fsencode(path).decode("utf-8", "replace"), "what": what} for path, what in doing.items()
            ],
            "left": [
                {"path": os.fsencode(one.path).decode("utf-8", "replace"), "why": one.why, "can_force": one.can_force}
                for one in left
            ],
        }
        sys.stdout.write(encode_json(said).decode() + "\n")
    else:
        for path, what in sorted(doing.items()):
            sys.stdout.write(f"{words[what]} {visible(with_tilde(path))}\n")
        for one in left:
            sys.stdout.write(f"left {visible(with_tilde(one.path))}: {one.why}\n")
        if any(one.can_force for one in left):
            sys.stdout.write("octavo undo --yes overwrites what somebody else changed.\n")
        if not doing and not left:
            sys.stdout.write("Everything is as it was before already.\n")
    return 1 if left else 0


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
