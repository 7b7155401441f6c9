"""The text that is being written, as a value: characters, cursor, and the labels that stand for pastes and pictures.

A label (`[Pasted Content 1200 chars]`, `[shot.png 800x600]`) is one character to the cursor and to every deletion: a
range that cuts into one is widened to the whole of it. The cursor always stands on the border of a grapheme or of a
label. Facts in `docs/terminal-composer.md`, "Writing".
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec.structs import replace

from octavo.frontends.terminal.text.widths import graphemes


class Picture(msgspec.Struct, frozen=True):
    """A picture to be sent; `number` counts them in the order in which they were attached."""

    path: str
    number: int


class Label(msgspec.Struct, frozen=True):
    """What is seen of a paste or picture at `start`, on one line."""

    start: int
    text: str
    content: str | Picture

    @property
    def end(self) -> int:
        """Where the text goes on."""
        return self.start + len(self.text)

    def moved(self, by: int) -> Label:
        """The same label further on."""
        return Label(self.start + by, self.text, self.content)


class Draft(msgspec.Struct, frozen=True):
    """Text with `\\n` between lines, the cursor as an index into it, and labels in their order."""

    text: str = ""
    cursor: int = 0
    labels: tuple[Label, ...] = ()


def labelled(text: str, content: str | Picture) -> Draft:
    """A label by itself, to be inserted."""
    return Draft(text, len(text), (Label(0, text, content),))


def joined(parts: list[Draft]) -> Draft:
    """The drafts below each other, with the cursor at the start."""
    whole = Draft()
    for index, part in enumerate(parts):
        whole = replaced(whole, len(whole.text), len(whole.text), Draft("\n") if index else Draft())
        whole = replaced(whole, len(whole.text), len(whole.text), part)
    return replace(whole, cursor=0)


def replaced(draft: Draft, start: int, end: int, new: Draft) -> Draft:
    """`new` in the place of a range, the cursor behind it."""
    start, end = widened(draft, start, end)
    shift = len(new.text) - (end - start)
    labels = (
        *(label for label in draft.labels if label.end <= start),
        *(label.moved(start) for label in new.labels),
        *(label.moved(shift) for label in draft.labels if label.start >= end),
    )
    changed = Draft(draft.text[:start] + new.text + draft.text[end:], 0, labels)
    return at(changed, start + len(new.text))


def cut_out(draft: Draft, start: int, end: int) -> Draft:
    """A range by itself, labels with it."""
    start, end = widened(draft, start, end)
    labels = tuple(label.moved(-start) for label in draft.labels if start <= label.start and label.end <= end)
    return Draft(draft.text[start:end], end - start, labels)


def at(draft: Draft, index: int) -> Draft:
    """The cursor at the first border that is not before `index`."""
    return replace(draft, cursor=_border(draft, index))


def widened(draft: Draft, start: int, end: int) -> tuple[int, int]:
    """The range with every label it touches the inside of; an empty one moves behind the label."""
    empty = start == end
    for label in draft.labels:
        if label.start < start < label.end:
            start = label.end if empty else label.start
        if label.start < end < label.end:
            end = label.end
    return start, end


# --- borders of graphemes, lines and words ---


def line_start(draft: Draft, index: int) -> int:
    """Where the line of `index` begins."""
    return draft.text.rfind("\n", 0, index) + 1


def line_end(draft: Draft, index: int) -> int:
    """Where the line of `index` ends, before its line break."""
    end = draft.text.find("\n", index)
    return len(draft.text) if end < 0 else end


def before(draft: Draft, index: int) -> int:
    """One grapheme or label back."""
    if index == line_start(draft, index):
        return max(index - 1, 0)
    return _borders(draft, index - 1)[0]


def after(draft: Draft, index: int) -> int:
    """One grapheme or label on."""
    if index == line_end(draft, index):
        return min(index + 1, len(draft.text))
    return _borders(draft, index)[1]


def word_before(draft: Draft, index: int) -> int:
    """The start of the word before `index`: a run without white space, or a label."""
    ends = {label.end: label.start for label in draft.labels}
    while index > 0 and index not in ends and draft.text[index - 1].isspace():
        index -= 1
    if index in ends:
        return ends[index]
    while index > 0 and index not in ends and not draft.text[index - 1].isspace():
        index -= 1
    return index if index == line_end(draft, index) else _borders(draft, index)[0]


def word_after(draft: Draft, index: int) -> int:
    """The end of the word after `index`."""
    starts = {label.start: label.end for label in draft.labels}
    while index < len(draft.text) and draft.text[index].isspace():
        index += 1
    if index in starts:
        return starts[index]
    while index < len(draft.text) and index not in starts and not draft.text[index].isspace():
        index += 1
    return _border(draft, index)


def _border(draft: Draft, index: int) -> int:
    """The first place from `index` on where the cursor can stand."""
    if index == line_end(draft, index):
        return index
    start, end = _borders(draft, index)
    return index if index == start else end


def _borders(draft: Draft, index: int) -> tuple[int, int]:
    """Where the grapheme or label begins and ends that the character at `index` belongs to."""
    text, first, last = draft.text, line_start(draft, index), line_end(draft, index)
    for label in draft.labels:
        if label.start <= index < label.end:
            return label.start, label.end
        if label.end <= index:
            first = max(first, label.end)
        else:
            last = min(last, label.start)
    start, end = index, index + 1
    # Between two ASCII characters there always is a border, so no more than what is around has to be looked at.
    while start > first and not text[start - 1 : start + 1].isascii():
        start -= 1
    while end < last and not text[end - 1 : end + 1].isascii():
        end += 1
    for grapheme in graphemes(text[start:end]):
        if start + len(grapheme) > index:
            return start, start + len(grapheme)
        start += len(grapheme)
    return index, end


# --- what is sent ---


def expanded(draft: Draft, picture: Callable[[str], str] | None = None) -> str:
    """The text with every paste in the place of its label; pictures keep theirs, or become what `picture` makes of
    their paths."""
    pieces, place = [], 0
    for label in draft.labels:
        content = label.content
        if isinstance(content, Picture):
            content = picture(content.path) if picture else label.text
        pieces += [draft.text[place : label.start], content]
        place = label.end
    return "".join(pieces) + draft.text[place:]


def pictures(draft: Draft) -> tuple[str, ...]:
    """The paths of its pictures in the order in which they were attached."""
    found = [label.content for label in draft.labels if isinstance(label.content, Picture)]
    return tuple(picture.path for picture in sorted(found, key=lambda picture: picture.number))


def trimmed(draft: Draft) -> Draft:
    """Without white space around it, the cursor at the end."""
    start = len(draft.text) - len(draft.text.lstrip())
    return cut_out(draft, start, max(start, len(draft.text.rstrip())))
