"""A draft that is edited by vi's keys, and texts and commands at random for it."""

from __future__ import annotations

import random

from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.editor import Editor
from octavo.frontends.terminal.composer.modal.modal import Modal
from octavo.frontends.terminal.keys.key import Key

_NAMED = {"\x1b": Key("escape"), "\r": Key("enter"), "\x12": Key("r", ctrl=True), "\x08": Key("backspace")}


class Vi:
    """An editor in the mode of commands. Keys are written as characters, Esc as `\\x1b`, Ctrl+R as `\\x12`."""

    def __init__(self, text: str | Draft = "", cursor: int = 0) -> None:
        self.editor = Editor()
        self.editor.draft = text if isinstance(text, Draft) else Draft(text, cursor)
        self.modal = Modal(self.editor)
        self.modal.handle(Key("escape"))
        self.editor.move(self.editor.draft.cursor if isinstance(text, Draft) else cursor)

    def keys(self, keys: str) -> Vi:
        for character in keys:
            self.press(_NAMED.get(character) or Key(character, text=character))
        return self

    def press(self, key: Key) -> None:
        if self.modal.handle(key) is None and not self.modal.expects_commands:
            if key.name == "enter":
                self.editor.insert(Draft("\n"))
            else:
                self.editor.handle(key, 77)

    @property
    def text(self) -> str:
        return self.editor.draft.text

    @property
    def marked(self) -> str:
        """The text with the cursor before its character as `|`."""
        cursor = self.editor.draft.cursor
        return f"{self.text[:cursor]}|{self.text[cursor:]}"


_WORDS = (
    "foo", "bar_1", "x", "(a", "b)", "[z]", "{", "}", "日本", "かな", "é", "...", "end.", "No!", '"q', 'r"', "'s'",
    "==", "<t>", "a,b",
)  # fmt: skip
_MOTIONS = (
    "h", "l", "j", "k", "w", "W", "b", "B", "e", "E", "ge", "gE", "0", "^", "$", "g_", "gg", "G", "+", "-", "_", "|",
    "{", "}", "fa", "Fo", "to", "T ", "fo;", "to;", "Fo,", "to,", "fo2;", "To;", "f ", "t)",
)  # fmt: skip
_NO_COUNT = set("0^|") | set("bBE")
_VERBS = (
    "x", "X", "D", "J", "gJ", "P", "~", "rZ", "Y", "dd", "yy", ">>", "<<", "3x", "2J", "3~", "2rq", "guu", "yyp", "x2p",
    "dwP", *(f"{verb}Qz \x1b" for verb in ("C", "s", "S", "i", "a", "I", "A", "o", "O", "R", "cc", "3i", "2A", "2o")),
)  # fmt: skip
_OBJECTS = ("iw", "iW", "i(", "a(", "i[", "a[", "a{", 'i"', 'a"', "i'")
_VISUAL = ("d", "x", "y", "cN\x1b", "~", "u", "U", ">", "<", "J", "gJ", "D", "Y", "rZ", "X", "sN\x1b", "SN\x1b", "\x1b")


def some_text(chance: random.Random) -> str:
    """Several lines of words, brackets, quotes and wide characters, empty and blank ones among them."""
    lines = []
    for _ in range(chance.choice([2, 2, 3, 4, 6])):
        kind = chance.random()
        words = chance.choice([" ", " ", "  ", ""]).join(chance.choices(_WORDS, k=chance.randint(1, 5)))
        edges = chance.choice(["", "", "  ", "    "]), chance.choice(["", "", "", " "])
        lines.append("" if kind < 0.15 else "  " if kind < 0.2 else words.join(edges))
    return "\n".join(lines)


def some_place(chance: random.Random, text: str) -> int:
    """An index where a command's cursor can stand."""
    line = chance.randrange(text.count("\n") + 1)
    lines = text.split("\n")
    return sum(len(each) + 1 for each in lines[:line]) + chance.randrange(max(len(lines[line]), 1))


def motion(chance: random.Random) -> str:
    found = chance.choice(_MOTIONS)
    return found if found in ("0", "g_") else chance.choice(["", "", "", "2", "3"]) + found


def operation(chance: random.Random) -> str:
    operator = chance.choice(["d", "c", "y", ">", "<", "g~", "gu", "gU"])
    found = operator[-1] if chance.random() < 0.15 else chance.choice(_MOTIONS)
    while operator[0] == "g" and found[-1] in "h0^|":  # of an empty range it takes more than the range
        found = chance.choice(_MOTIONS)
    counts = ["", "", "", "2"] if found[-1] not in _NO_COUNT and found[:1] != "g" else [""]
    return chance.choice(counts) + operator + chance.choice(counts) + found + ("Z\x1b" if operator == "c" else "")


def on_object(chance: random.Random) -> str:
    operator = chance.choice("dcy")
    return operator + chance.choice(_OBJECTS) + ("Z\x1b" if operator == "c" else "")


def selecting(chance: random.Random) -> list[str]:
    """A selection, moved, and what is done with it; each by itself, since one that fails ends what was typed ahead."""
    moves = [motion(chance) for _ in range(chance.randint(0, 2))]
    return [
        chance.choice("vV"),
        *moves,
        *(["o", motion(chance)] if chance.random() < 0.1 else []),
        chance.choice(_VISUAL),
    ]


def verb(chance: random.Random) -> str:
    return chance.choice(_VERBS)
