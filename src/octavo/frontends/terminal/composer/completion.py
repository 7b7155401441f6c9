"""What the popups complete: the command at the start of the text, or the `@` token at the cursor.

Facts in `docs/terminal-composer.md`, "Popups".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import replace

from octavo.frontends.custom_prompts import NO_DESCRIPTION, PREFIX, Prompt
from octavo.frontends.terminal.built_in import BY_NAME, COMMANDS
from octavo.frontends.terminal.composer.draft import Draft, line_end, line_start
from octavo.frontends.terminal.composer.matching import match
from octavo.frontends.terminal.composer.popup import LOADING, NO_MATCHES, Item, Popup, moved

MOST_FILES, MOST_IGNORED = 8, 4

READING = "still reading the folder…"
"""The word below files that were found while the folder is still being read."""


class Token(msgspec.Struct, frozen=True):
    """A word of the draft that can be completed, with its `/` or `@`."""

    start: int
    text: str

    @property
    def end(self) -> int:
        """The index behind it."""
        return self.start + len(self.text)

    @property
    def query(self) -> str:
        """The word without its sign."""
        return self.text[1:]


class FileMatch(msgspec.Struct, frozen=True):
    """A file relative to the session's folder; `places` are those of the matched graphemes in its path.

    `ignored` ones, which the ignore rules hide, come after all others.
    """

    path: str
    places: tuple[int, ...] = ()
    ignored: bool = False


class Completion(msgspec.Struct, frozen=True):
    """The token that is completed and the list under it; `found_for` is the query the files were found for."""

    token: Token
    popup: Popup
    found_for: str = ""

    @property
    def is_waiting(self) -> bool:
        """Whether what was asked for has not come yet."""
        return self.of_files and not self.popup.items and self.popup.empty == LOADING

    @property
    def of_files(self) -> bool:
        """Whether files are completed, not commands."""
        return self.token.text[0] == "@"


def token_at_cursor(draft: Draft) -> Token | None:
    """The token that the cursor is in or at the edge of."""
    return _file_token(draft) or _command_token(draft)


def _file_token(draft: Draft) -> Token | None:
    text = draft.text
    start = end = draft.cursor
    first, last = line_start(draft, start), line_end(draft, start)
    while start > first and not text[start - 1].isspace():
        start -= 1
    while end < last and not text[end].isspace():
        end += 1
    inside_label = any(label.start < end and label.end > start for label in draft.labels)
    return Token(start, text[start:end]) if text[start:end].startswith("@") and not inside_label else None


def _command_token(draft: Draft) -> Token | None:
    if not draft.text.startswith("/"):
        return None
    words = draft.text[: line_end(draft, 0)].split(maxsplit=1)
    return Token(0, words[0]) if draft.cursor <= len(words[0]) else None


def commands(token: Token, prompts: Mapping[str, Prompt]) -> Completion:
    """The commands and prompts that fit; all of them in their order as long as nothing is typed."""
    items = [Item(f"/{command.name}", (), command.description) for command in COMMANDS]
    items += [
        Item(f"/{PREFIX}{name}", (), prompts[name].description or NO_DESCRIPTION)
        for name in sorted(prompts)
        if name not in BY_NAME
    ]
    if token.query:
        names = [item for item in items if not _goes_on(item.text[1:], token.query.lower())]
        found = [(hit, item) for item in names if (hit := match(token.query, item.text[1:]))]
        found.sort(key=lambda pair: (pair[0].score, pair[1].text))
        items = [replace(item, places=tuple(place + 1 for place in hit.places)) for hit, item in found]
    return Completion(token, Popup(tuple(items)))


def _goes_on(name: str, typed: str) -> bool:
    """Whether the name begins with a whole other one, and no more than that one is typed yet: it is meant, then."""
    return any(name != other and name.startswith(other) and other.startswith(typed) for other in BY_NAME)


def files(token: Token, before: Completion | None) -> Completion:
    """The list for another token: what was found before stays while the query grows."""
    if not token.query:
        return Completion(token, Popup(empty=NO_MATCHES))
    if before and before.of_files and before.popup.items and token.query.startswith(before.found_for):
        return Completion(token, replace(before.popup, selected=0, top=0), before.found_for)
    return Completion(token, Popup(empty=LOADING))


def with_files(completion: Completion, found: Sequence[FileMatch], word: str = "") -> Completion:
    """The files that were found for its query, and a word on what is missing; a chosen one stays chosen."""
    before = completion.popup
    if word == READING and not found:  # what an earlier query has found stays meanwhile
        return replace(completion, popup=replace(before, note=word)) if before.items else completion
    kept = [file for file in found if not file.ignored][:MOST_FILES]
    kept += [file for file in found if file.ignored][:MOST_IGNORED]
    items = tuple(Item(file.path, file.places, "ignored" if file.ignored else "") for file in kept)
    popup = Popup(items, most=MOST_FILES + MOST_IGNORED, note=word)
    if completion.found_for == completion.token.query and before.selected:
        chosen = before.items[before.selected].text
        popup = moved(popup, next((place for place, item in enumerate(items) if item.text == chosen), 0))
    return Completion(completion.token, popup, completion.token.query)


def quoted(path: str) -> str:
    """A path as it is inserted: in quotes when it has white space."""
    blank = any(character.isspace() for character in path)
    return f'"{path}"' if blank and '"' not in path else path
