"""The grammar of commands: what the keys pressed so far ask for, or that more have to come.

`["x] [count] operator [count] motion`, `["x] [count] command`; an operator twice means lines. A key is a character or
the name of one (`escape`, `enter`, `ctrl-r`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from octavo.frontends.terminal.composer.modal import objects
from octavo.frontends.terminal.composer.modal.motions import AGAIN, MOTIONS, WITH_CHARACTER

OPERATORS = ("d", "c", "y", ">", "<", "g~", "gu", "gU")
LINES = "lines"
"""The motion of an operator that is given twice."""

_NORMAL = {*"xXsSDCYJpP~.uoOIAaivVR", "gJ", "gv", "gj", "gk", "ctrl-r", "delete"}
_VISUAL = {*"xXsSDCYJpP~uUoOvVdcyR<>", "gJ", "gj", "gk", "gu", "gU", "g~", "delete"}
_SAME = {"up": "k", "down": "j", "enter": "+"}
_MOST = 9999


class Command(msgspec.Struct, frozen=True):
    """A whole command: `verb` alone, `motion` alone, or `operator` over `motion`.

    `argument` is the character of `f` or `r`, what is searched, or the name of an object, whose motion is `i` or `a`.
    """

    verb: str = ""
    operator: str = ""
    motion: str = ""
    argument: str = ""
    count: int | None = None
    register: str = ""


Parsed = Command | Literal["more", "wrong"]


def parse(keys: Sequence[str], *, visual: bool) -> Parsed:
    """What these keys are."""
    rest = list(keys)
    register, count = "", None
    while rest and (rest[0] == '"' or rest[0] in "123456789"):
        if rest[0] == '"':
            if len(rest) < 2:
                return "more"
            register, rest = rest[1], rest[2:]
            if not _is_register(register):
                return "wrong"
        else:
            count, rest = _number(rest)
    word, rest, is_whole = _word(rest)
    if not is_whole:
        return "more"
    if not visual and word in OPERATORS:
        return _operation(word, rest, count, register)
    if word == "r":
        return Command("r", argument=rest[0], count=count, register=register) if rest else "more"
    if word in (_VISUAL if visual else _NORMAL):
        return Command(word, count=count, register=register)
    return _motion("", word, rest, count, register, objects_too=visual)


def _operation(operator: str, rest: list[str], count: int | None, register: str) -> Parsed:
    second: int | None = None
    if rest and rest[0] in "123456789":
        second, rest = _number(rest)
    if second is not None:
        count = min(second * (count or 1), _MOST)
    if len(operator) == 2 and rest and rest[0] == operator[1]:
        return Command("", operator, LINES, "", count, register)
    word, rest, is_whole = _word(rest)
    if not is_whole:
        return "more"
    if word == operator:
        return Command("", operator, LINES, "", count, register)
    return _motion(operator, word, rest, count, register, objects_too=True)


def _motion(
    operator: str, word: str, rest: list[str], count: int | None, register: str, *, objects_too: bool
) -> Parsed:
    word = _SAME.get(word, word)
    argument = ""
    if word in ("i", "a") and objects_too:
        if not rest:
            return "more"
        argument = rest[0]
        return Command("", operator, word, argument, count, register) if argument in objects.NAMES else "wrong"
    if word in ("/", "?"):
        typed, is_done = _query(rest)
        if not is_done:
            return "more"
        argument = typed
    elif word in WITH_CHARACTER:
        if not rest:
            return "more"
        argument = rest[0]
    elif word not in MOTIONS and word not in AGAIN:
        return "wrong"
    return Command("", operator, word, argument, count, register)


def _word(rest: list[str]) -> tuple[str, list[str], bool]:
    """The next command word: one key, or two that begin with `g`."""
    size = 2 if rest and rest[0] == "g" else 1
    return "".join(rest[:size]), rest[size:], len(rest) >= size


def _number(rest: list[str]) -> tuple[int, list[str]]:
    size = 0
    while size < len(rest) and rest[size] in "0123456789":
        size += 1
    return min(int("".join(rest[:size])), _MOST), rest[size:]


def _query(rest: list[str]) -> tuple[str, bool]:
    typed: list[str] = []
    for key in rest:
        if key == "enter":
            return "".join(typed), True
        if key == "backspace":
            typed = typed[:-1]
        elif len(key) == 1 or not key.isascii():
            typed.append(key)
    return "".join(typed), False


def searching(keys: Sequence[str]) -> str | None:
    """What is looked for, with its sign, while a search is typed; None while none is."""
    for place, key in enumerate(keys):
        if key in ("/", "?") and (place == 0 or keys[place - 1] not in {*WITH_CHARACTER, "r", '"'}):
            return key + _query(list(keys[place + 1 :]))[0]
    return None


def _is_register(name: str) -> bool:
    return len(name) == 1 and name.isascii() and (name.isalnum() or name in '"_')
