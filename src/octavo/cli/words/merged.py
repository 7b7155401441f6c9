"""The options of a command that may stand at several of its levels, as one."""

from __future__ import annotations

from octavo.cli.words.invocation import Level


class Words:
    """What stands before and after a subcommand, as one: the later value wins, lists add up."""

    def __init__(self, levels: tuple[Level, ...]) -> None:
        self._levels = levels

    def has(self, key: str) -> bool:
        """Whether a flag was given anywhere."""
        return any(level.has(key) for level in self._levels)

    def text(self, key: str) -> str | None:
        """The value that counts."""
        given = [text for level in self._levels if (text := level.text(key)) is not None]
        return given[-1] if given else None

    def texts(self, key: str) -> tuple[str, ...]:
        """All values."""
        return tuple(text for level in self._levels for text in level.texts(key))
