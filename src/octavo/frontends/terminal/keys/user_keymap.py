"""`[tui.keymap.*]` as a keymap: what the user bound over the defaults, and a line for each binding that cannot hold.

What is wrong costs its own action alone, which keeps its default keys; the rest holds (`docs/keys.md`).
"""

from __future__ import annotations

from collections.abc import Mapping

from octavo.frontends.terminal.keys.actions import GROUPS
from octavo.frontends.terminal.keys.keymap import Keymap, actions_of
from octavo.frontends.terminal.keys.later_actions import LATER, OURS
from octavo.frontends.terminal.keys.spelling import Chord, NoKey, all_shown, chords_of, shown_chord
from octavo.frontends.terminal.keys.vi_actions import VI_GROUPS

Bound = Mapping[str, Mapping[str, str | tuple[str, ...]]]
"""By context and action: a key, several, or none."""

_CTRL_C: Chord = ("c", True, False, False)
_ESCAPE: Chord = ("escape", False, False, False)
_HAS_CTRL_C = ("pager.close", "list.cancel")
_TYPING = ("global", "chat", "composer", "editor")
_TOGETHER = ({"chat.interrupt_turn", "chat.edit_previous_message"}, {"pager.close", "pager.close_transcript"})
"""Actions that may have one key, since they never are possible at once."""


def user_keymap(bound: Bound) -> tuple[Keymap, tuple[str, ...]]:
    """The keymap, and what has to be said about the bindings."""
    leader = bound.get("global", {}).get("leader", "ctrl-x")
    changed: dict[str, tuple[str, ...]] = {}
    told: list[str] = []
    for context, actions in bound.items():
        for action, keys in actions.items():
            name = f"{context}.{action}"
            if action not in actions_of(context):
                if action not in LATER.get(context, "").split():
                    told.append(f"tui.keymap.{name}: there is no such action; /keymap lists those there are")
                continue
            written = [_with_leader(key, leader) for key in ((keys,) if isinstance(keys, str) else keys)]
            written = [key for key in written if not (name in _HAS_CTRL_C and key.lower() in ("ctrl-c", "control-c"))]
            problem = next(filter(None, (_problem(context, action, key) for key in written)), "")
            if problem:
                told.append(f"tui.keymap.{name}: {problem}; {_default(name)}")
            else:
                changed[name] = tuple(written)
    told += _without_conflicts(changed)
    return Keymap(changed), tuple(told)


def _with_leader(key: str, leader: str | tuple[str, ...]) -> str:
    first, _, rest = key.strip().partition(" ")
    if first.lower() != "leader" or not rest:
        return key
    return f"{leader if isinstance(leader, str) else ''.join(leader[:1])} {rest}"


def _problem(context: str, action: str, key: str) -> str:
    """What is wrong with a key; empty where nothing is."""
    try:
        chords = chords_of(key)
    except NoKey:
        return f"`{key}` is no key (such as ctrl-x, alt-enter, page-up, f5)"
    if _CTRL_C in chords:
        return "ctrl + c clears, stops and leaves, and cannot be bound"
    if context == "approval" and action != "decline" and _ESCAPE in chords:
        return "esc refuses, and cannot be bound to anything else"
    if context.startswith("vim_") and len(chords) > 1 and not action.endswith("jump_top"):
        return f"`{key}` are two strokes, which vi's commands do not have"
    first = chords[0] if chords else _ESCAPE
    is_typed = len(first[0]) == 1 and not first[1] and not first[2]
    if context in _TYPING and is_typed and (action != "toggle_shortcuts" or len(chords) > 1):
        return f"`{key}` is typed into the draft; add ctrl or alt"
    return ""


def _default(name: str) -> str:
    context, _, action = name.partition(".")
    keys = actions_of(context)[action]
    return f"it stays {all_shown(keys)}" if keys else "it stays without a key"


def _without_conflicts(changed: dict[str, tuple[str, ...]]) -> list[str]:
    """Take out of the bindings what gives one key two meanings, and say so; what is ours alone makes room instead."""
    told: list[str] = []
    while (conflict := _conflict(changed)) is not None:
        chord, loser, other = conflict
        key = " ".join(map(shown_chord, chord))
        if loser not in changed or (loser in OURS and other in changed):
            changed[loser] = tuple(each for each in Keymap(changed).bindings(loser) if chords_of(each) != chord)
            continue
        del changed[loser]
        told.append(f"tui.keymap: {key} is bound to {loser} and to {other}; {loser}: {_default(loser)}")
    return told


def _conflict(changed: dict[str, tuple[str, ...]]) -> tuple[tuple[Chord, ...], str, str] | None:
    """A key with two actions of one group: the key, the action that is to lose it, and the one that keeps it."""
    keymap = Keymap(changed)
    for group in (*GROUPS, *VI_GROUPS):
        contexts = tuple(each for each in group if each != "editor")
        for part in (contexts, ("editor",) if "editor" in group else ()):
            seen: dict[tuple[Chord, ...], str] = {}
            for name in (f"{context}.{action}" for context in part for action in actions_of(context)):
                for chords in map(chords_of, keymap.bindings(name)):
                    clash = next((each for each in seen if each == chords or _begins(each, chords)), None)
                    if clash is None or not chords:
                        seen[chords] = name
                        continue
                    other = seen[clash]
                    if other != name and {name, other} not in _TOGETHER and (name in changed or other in changed):
                        return (chords, *_loser(name, other, changed))
    return None


def _begins(one: tuple[Chord, ...], other: tuple[Chord, ...]) -> bool:
    """Whether one of them is the first stroke of the other."""
    return bool(one and other) and len(one) != len(other) and one[0] == other[0]


def _loser(name: str, other: str, changed: Mapping[str, tuple[str, ...]]) -> tuple[str, str]:
    """Which loses the key, and which keeps it: what is ours alone, else what the user bound, the later one of two."""
    for first, second in ((name, other), (other, name)):
        if first in OURS and first not in changed:
            return first, second
    return (name, other) if name in changed else (other, name)
