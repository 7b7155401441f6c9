"""From a saved session to what the model knew (`docs/rollouts.md`).

What a summary has replaced is never in memory: a first look through the file finds the
last summary and keeps of everything before it what the summary needs, the user's own
words; a second one reads what came after it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

import msgspec

from octavo.engine.session import Session
from octavo.protocol.items import GhostSnapshot, Message, ResponseItem, message_text
from octavo.protocol.middle_cut import JoinedTexts
from octavo.protocol.session_prefix import is_real_user_message
from octavo.rollout.lines import CompactedLine, kind_of
from octavo.rollout.origin import Origin, for_another_provider
from octavo.rollout.read import LoadedRollout, ThreadRolledBack, history_entries

_MOST_SAID = 4 << 20
"""Characters of the user's words that are kept one by one; what is older is kept as the bridge cuts it."""
_SHORT = 1 << 16
_KIND_OF_ITEM = 256
"""So far into a long line one has to look for what kind of item it holds."""


def rebuild_history(session: Session, saved: LoadedRollout, compactions: Container[int] | None = None) -> None:
    """Fill the session's history from the saved lines.

    A summary takes the place of what came before it, with the initial context of
    the settings of now. Reasoning of another provider, and its phases of messages, are left
    out: they are of no use to this one, which may even refuse them. From here on answers name their provider if it
    is another than the file's. `compactions` are the places where those lines end that still
    count of the ones that compact; None for all. Raises `RolloutReadError`.
    """
    history, provider = session.history, session.config.model_provider_id
    summary = _last_summary(session, saved, compactions)
    history.replace(summary.items)
    history.snapshots.extend(summary.snapshots)
    session.items_after_compaction = len(history.items) if summary.end else None
    origin = summary.origin
    for _, line in saved.lines_from(summary.end):
        origin.follow(line)
        for entry in history_entries(line):
            match for_another_provider(entry) if origin.is_foreign_to(provider) else entry:
                case ThreadRolledBack(num_turns=count):
                    _forget_turns(session, count)
                case None | CompactedLine():
                    pass
                case item:
                    history.record([item])
    session.names_provider = origin.home is not None and origin.home != provider


class _Summary(msgspec.Struct, frozen=True):
    """What the model goes on with after the last summary, and where the lines after it begin.

    `snapshots` are those of before, which outlive it; `origin` has followed the lines up to there.
    """

    end: int
    items: Sequence[ResponseItem]
    snapshots: Sequence[GhostSnapshot]
    origin: Origin


def _last_summary(session: Session, saved: LoadedRollout, compactions: Container[int] | None) -> _Summary:
    provider = session.config.model_provider_id
    last = _Summary(0, (), (), Origin())
    origin = Origin()
    said = _Said()
    snapshots: list[GhostSnapshot] = []
    for end, line in saved.lines_from(0, _matters_before):
        if not _matters_before(line):
            continue
        origin.follow(line)
        for entry in history_entries(line):
            match entry:
                case CompactedLine() if compactions is not None and end not in compactions:
                    pass
                case CompactedLine():
                    items = _after(session, entry, said, foreign=origin.is_foreign_to(provider))
                    said = _Said(items)
                    last = _Summary(end, items, tuple(snapshots), origin.copy())
                case ThreadRolledBack(num_turns=count):
                    said.forget(count)
                case GhostSnapshot():
                    snapshots.append(entry)
                case _:
                    said.add(entry)
    return last


class _Said:
    """What the user has said since the last summary, which a next one keeps: texts, in bounded memory."""

    def __init__(self, items: Iterable[ResponseItem] = ()) -> None:
        self._before: JoinedTexts | None = None
        self._texts: list[str] = []
        self._size = 0
        for item in items:
            self.add(item)

    def add(self, item: ResponseItem) -> None:
        """Take an item, if it is a message of the user."""
        if isinstance(item, Message) and is_real_user_message(item):
            self._texts.append(message_text(item))
            self._size += len(self._texts[-1])
            if self._size > _MOST_SAID:
                self._before = self.words()
                self._texts, self._size = [], 0

    def forget(self, count: int) -> None:
        """Drop the last so many messages."""
        del self._texts[max(len(self._texts) - count, 0) :]

    def words(self) -> JoinedTexts:
        """All of it, for the summary's bridge."""
        from octavo.engine.compaction import users_words  # most sessions never needed a summary

        words = self._before or users_words()
        for text in self._texts:
            words.add(text)
        return words


def _matters_before(line: bytes) -> bool:
    """Whether a line, or the beginning of a long one, may count although a summary comes after it."""
    if kind_of(line) == "response_item":
        start = line if len(line) < _SHORT else line[:_KIND_OF_ITEM]
        return b'"user"' in start or b'"ghost_snapshot"' in start
    return True


def _after(session: Session, entry: CompactedLine, said: _Said, *, foreign: bool) -> Sequence[ResponseItem]:
    if entry.replacement_history:
        own = for_another_provider(entry) if foreign else entry
        return own.replacement_history or () if isinstance(own, CompactedLine) else ()
    from octavo.engine.compaction import bridge  # likewise

    return (*session.initial_items(session.settings), bridge(said.words(), entry.message))


def _forget_turns(session: Session, count: int) -> None:
    """Drop the last `count` messages of the user and all that came after them."""
    items = session.history.items
    places = [place for place, item in enumerate(items) if is_real_user_message(item)]
    if count > 0 and places:
        session.history.replace(items[: places[-min(count, len(places))]])
