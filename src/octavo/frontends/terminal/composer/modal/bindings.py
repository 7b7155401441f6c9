"""Keys that the user bound to vi's commands, as the commands know them (`docs/keys.md`)."""

from __future__ import annotations

from collections.abc import Sequence

from octavo.frontends.terminal.composer.modal.grammar import OPERATORS
from octavo.frontends.terminal.keys.key import Key
from octavo.frontends.terminal.keys.keymap import Keymap
from octavo.frontends.terminal.keys.vi_actions import VI, VI_GROUPS

_TAKES_CHARACTER = {*"fFtTr", '"'}


def bound_keys(keys: Keymap, key: Key, word: str, before: Sequence[str]) -> list[str]:
    """What a key is called in commands, behind those that were pressed before; nothing where it has no meaning now."""
    contexts = _contexts(before)
    found = next(((each, name) for each in contexts if (name := keys.action(each, key))), None)
    if found is not None:
        name = VI[found[0]][found[1]][0]
        return list(name) if name == "gg" else [name]
    is_taken = any(word == name for each in contexts for name, _ in VI[each].values())
    return [] if is_taken or not word else [word]


def _contexts(before: Sequence[str]) -> tuple[str, ...]:
    """Where the next key is looked up: none where it is a character to be found, typed or named."""
    rest = list(before)
    while rest and (rest[0] in "123456789" or rest[0] == '"'):
        rest = rest[2:] if rest[0] == '"' else rest[1:]
    if not rest:
        return VI_GROUPS[0] if not before or before[-1] != '"' else ()
    if rest[0] in ("/", "?") or rest[-1] in _TAKES_CHARACTER or rest[-1] == "g":
        return ()
    operator = "".join(rest[:2]) if rest[0] == "g" else rest[0]
    if operator not in OPERATORS and rest[0] not in ("i", "a"):
        return ()
    return VI_GROUPS[2] if rest[-1] in ("i", "a") else VI_GROUPS[1] if operator in OPERATORS else ()
