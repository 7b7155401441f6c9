"""Parsing scripts for bash with tree-sitter's grammar, whatever characters they hold.

The grammar's scanner asks the C library about characters in a way that is
defined for bytes alone: a character far beyond them ends the process. So each
one beyond ASCII is parsed as a stand-in that no script may hold itself, which
keeps every position, and the text of a node is taken from the script.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_STAND_IN = "\x01"


class BashTree:
    """A parsed script: its root node, and the text of each node as it stands in the script."""

    def __init__(self, root: Node, script: str) -> None:
        self.root = root
        self._script = script

    def nodes(self) -> Iterator[Node]:
        """All of them, each before what is in it."""
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(node.children)

    def text(self, node: Node) -> str:
        """The part of the script that a node covers."""
        return self._script[node.start_byte : node.end_byte]


def parse_bash(script: str) -> BashTree | None:
    """Parse a script; None for one that holds the stand-in or a lone surrogate, which nobody writes on purpose."""
    if _STAND_IN in script or _surrogate().search(script):
        return None
    shape = script if script.isascii() else _beyond_ascii().sub(_STAND_IN, script)
    return BashTree(_parser().parse(shape.encode("ascii")).root_node, script)


@functools.cache
def _parser() -> Parser:
    # Both take about 20 ms to import, which most commands do not need.
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))


@functools.cache
def _beyond_ascii() -> re.Pattern[str]:
    return re.compile(r"[^\x00-\x7f]")


@functools.cache
def _surrogate() -> re.Pattern[str]:
    return re.compile(r"[\ud800-\udfff]")
