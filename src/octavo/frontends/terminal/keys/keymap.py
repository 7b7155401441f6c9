"""Which keys mean which action: the table of defaults, or that with the user's bindings over it (`docs/keys.md`)."""

from __future__ import annotations

from collections.abc import Mapping

from octavo.frontends.terminal.keys.actions import ACTIONS, GROUPS
from octavo.frontends.terminal.keys.key import Key

TYPE_CHECKING = False  # how keys are spelled is not for the first frame
if TYPE_CHECKING:
    from octavo.frontends.terminal.keys.spelling import Chord

_GROUP_OF = {context: group for group in GROUPS for context in group}


def actions_of(context: str) -> Mapping[str, tuple[str, ...]]:
    """The actions of a context with their default keys; none where there is no such context."""
    if not context.startswith("vim_"):
        return ACTIONS.get(context, {})
    from octavo.frontends.terminal.keys.vi_actions import VI

    return {action: keys for action, (_, keys) in VI.get(context, {}).items()}


def group_of(context: str) -> tuple[str, ...]:
    """The contexts whose keys are looked up together with those of this one."""
    if not context.startswith("vim_"):
        return _GROUP_OF[context]
    from octavo.frontends.terminal.keys.vi_actions import VI_GROUPS

    return next(group for group in VI_GROUPS if context in group)


class Keymap:
    """Actions are called `context.action`. A group of contexts is laid out when its first key is pressed.

    `changed` has the keys of the actions that are not bound as ever.
    """

    def __init__(self, changed: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self._changed = changed or {}
        self._groups: dict[tuple[str, ...], dict[Chord, tuple[str, ...]]] = {}
        self.binds_vi = any(action.startswith("vim_") for action in self._changed)
        """Whether vi's commands have other keys than ever."""
        self._has_sequences = any(" " in written for keys in self._changed.values() for written in keys)

    def bindings(self, action: str) -> tuple[str, ...]:
        """The keys of an action as they are written in the configuration."""
        context, _, name = action.partition(".")
        return self._changed.get(action, actions_of(context)[name])

    def means(self, key: object, *actions: str) -> bool:
        """Whether the input is a key of one of these actions, which are of one group."""
        context = actions[0].partition(".")[0]
        return isinstance(key, Key) and any(found in actions for found in self.found(key, context))

    def action(self, context: str, key: Key) -> str:
        """The action of this context that the key means; empty where it means none."""
        prefix = f"{context}."
        return next((name[len(prefix) :] for name in self.found(key, context) if name.startswith(prefix)), "")

    def row_step(self, key: Key) -> int:
        """-1 for a row up, 1 for a row down, 0 for other keys."""
        return self.means(key, "editor.move_down") - self.means(key, "editor.move_up")

    def found(self, key: Key, context: str) -> tuple[str, ...]:
        """All actions that the key means in the group of this context."""
        from octavo.frontends.terminal.keys.spelling import chord_of

        group = self._group(context)
        name, ctrl, alt, shift = chord = chord_of(key)
        found = group.get(chord)
        if found is None and shift:
            found = group.get((name, ctrl, alt, False))  # with Shift as without it, where nothing else is said
        return found or ()

    def _group(self, context: str) -> dict[Chord, tuple[str, ...]]:
        contexts = group_of(context)
        group = self._groups.get(contexts)
        if group is None:
            from octavo.frontends.terminal.keys.spelling import chords_of

            group = self._groups[contexts] = {}
            for name in (f"{each}.{action}" for each in contexts for action in actions_of(each)):
                for written in self.bindings(name):
                    chords = chords_of(written)
                    if len(chords) == 1:
                        group[chords[0]] = (*group.get(chords[0], ()), name)
                    elif chords:
                        group[two_strokes(*chords)] = (name,)
        return group

    # --- two strokes ---

    def begins(self, key: object, context: str) -> bool:
        """Whether the key is the first stroke of two."""
        if not self._has_sequences or not isinstance(key, Key):
            return False
        from octavo.frontends.terminal.keys.spelling import chord_of

        return any(first == chord_of(key) for first, _ in self._sequences(context))

    def whole(self, first: Key, second: object, context: str) -> Key | None:
        """Both strokes as one key; None where they mean nothing together."""
        if not isinstance(second, Key):
            return None
        from octavo.frontends.terminal.keys.spelling import chord_of

        chord = two_strokes(chord_of(first), chord_of(second))
        return Key(chord[0]) if chord in self._group(context) else None

    def _sequences(self, context: str) -> list[tuple[Chord, ...]]:
        from octavo.frontends.terminal.keys.spelling import chords_of

        names = [f"{each}.{name}" for each in group_of(context) for name in actions_of(each)]
        pairs = [chords_of(written) for name in names for written in self.bindings(name) if " " in written]
        return [pair for pair in pairs if pair]

    # --- what is shown ---

    def shown(self, action: str) -> str:
        """The first key of an action, as it is shown; empty where it has none."""
        first = self.bindings(action)[:1]
        if first and len(first[0]) == 1:
            return first[0]  # a character is written as it is shown
        from octavo.frontends.terminal.keys.spelling import shown

        return next((text for text in map(shown, self.bindings(action)) if text), "")

    def all_shown(self, action: str, most: int = 100) -> str:
        """The keys of an action, but for those that mean something of an earlier context first."""
        from octavo.frontends.terminal.keys.spelling import all_shown

        context = action.partition(".")[0]
        group = self._group(context)
        own = [written for written in self.bindings(action) if self._is_first(group, written, context)]
        return all_shown(own[:most])

    def is_changed(self, action: str) -> bool:
        """Whether the action is not bound as ever."""
        return action in self._changed

    def _is_first(self, group: Mapping[Chord, tuple[str, ...]], written: str, context: str) -> bool:
        from octavo.frontends.terminal.keys.spelling import chords_of

        chords = chords_of(written)
        first = group.get(chords[0], ()) if len(chords) == 1 else ()
        return not first or any(name.startswith(f"{context}.") for name in first[:1]) or context != "editor"

    def together(self, *actions: str) -> str:
        """The first key of each of them, as `↑/↓`."""
        return "/".join(filter(None, map(self.shown, actions)))

    def worded(self, text: str) -> str:
        """The text with the first key of each `{context.action}`; what stands between commas goes if it has none."""
        pieces = []
        for piece in text.split(", "):
            before, brace, rest = piece.partition("{")
            action, _, behind = rest.partition("}")
            key = self.shown(action) if brace else ""
            if key or not brace:
                pieces.append(self.worded(before + key + behind) if "{" in behind else before + key + behind)
        return ", ".join(pieces)


def two_strokes(first: Chord, second: Chord) -> Chord:
    """Two strokes as the chord of one key that no terminal sends."""
    return (f"{first} {second}", False, False, False)


DEFAULT = Keymap()
"""Nothing bound otherwise."""
