"""Reading a shell script without running it (`docs/commands.md`).

A script is accepted only if it is nothing but commands made of literal words, joined
by `&&`, `||`, `;`, `|` or line ends. Whatever could expand, redirect or run something
else makes the whole script refused.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from octavo.commands.bash_tree import BashTree, parse_bash
from octavo.commands.quoting import quote_command

if TYPE_CHECKING:
    from tree_sitter import Node

_NAMED = frozenset(
    (
        "program",
        "list",
        "pipeline",
        "command",
        "command_name",
        "word",
        "string",
        "string_content",
        "raw_string",
        "number",
    )
)
_OPERATORS = frozenset(("&&", "||", ";", "|"))
_QUOTES = frozenset(('"', "'"))


def login_script(argv: Sequence[str]) -> str | None:
    """The script of exactly `bash -lc SCRIPT` or `zsh -lc SCRIPT`; None for any other command."""
    if len(argv) == 3 and argv[0] in ("bash", "zsh") and argv[1] == "-lc":
        return argv[2]
    return None


def shown_script(argv: Sequence[str]) -> str:
    """A command as people see it: the script alone where a login shell runs one, else the words in quotes."""
    script = login_script((argv[0].rpartition("/")[2], *argv[1:])) if argv else ""
    return script if script is not None else quote_command(argv)


def word_only_commands(script: str) -> list[list[str]] | None:
    """The commands of a word-only script in source order, each a list of words (`docs/commands.md`).

    None if the script holds anything else, even if it is only part of it. An empty
    script gives an empty list.
    """
    commands = _plain_commands(script)
    return _parsed_commands(script) if commands is None else commands


# --- scripts that need no parser ---------------------------------------------------------


def _plain_commands(script: str) -> list[list[str]] | None:
    """The commands of a script so plain that a regular expression can read it; None if it may not be.

    Loading the real grammar costs as much as a short command. The pattern admits only what the
    grammar reads in the same way, and first words that no shell keyword or assignment looks like.
    """
    pattern, token = _plain_patterns()
    if len(script) > 4096 or not pattern.fullmatch(script):
        return None
    commands: list[list[str]] = [[]]
    for text in token.findall(script):
        if text in _OPERATORS:
            commands.append([])
        else:
            commands[-1].append(text[1:-1] if text[0] in _QUOTES else text)
    return None if any(command[0] in _KEYWORDS for command in commands) else commands


_KEYWORDS = frozenset(
    [
        "case",
        "coproc",
        "declare",
        "do",
        "done",
        "elif",
        "else",
        "esac",
        "export",
        "fi",
        "for",
        "function",
        "if",
        "in",
        "local",
        "readonly",
        "select",
        "test",
        "then",
        "time",
        "typeset",
        "unset",
        "unsetenv",
        "until",
        "while",
    ]
)


@functools.cache  # Compiled on the first command, not at import.
def _plain_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    word = r"[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:@%+,=-]*"  # The grammar has `==` as an operator.
    single = r"'[^'\x00-\x1f\x7f]*'"
    double = r'"[A-Za-z0-9_./:@%+,=-]+(?: [A-Za-z0-9_./:@%+,=-]+)*"'
    command = rf"[A-Za-z][A-Za-z0-9_.-]*(?: +(?:{word}|{single}|{double}))*+"
    script = rf"{command}(?: (?:&&|\|\||\|) {command}|; {command})*+"
    return re.compile(script), re.compile(rf"{single}|{double}|&&|\|\|?|;|{word}")


# --- the real grammar --------------------------------------------------------------------


def _parsed_commands(script: str) -> list[list[str]] | None:
    tree = parse_bash(script)
    if tree is None or tree.root.has_error:
        return None
    commands = []
    for node in tree.nodes():
        if not _is_admitted(node):
            return None
        if node.type == "command":
            commands.append(node)
    found = [words for node in sorted(commands, key=_start) if (words := _words(tree, node)) is not None]
    return found if len(found) == len(commands) else None


def _start(node: Node) -> int:
    return node.start_byte


def _is_admitted(node: Node) -> bool:
    if node.is_named:
        return node.type in _NAMED
    return node.type in _OPERATORS or node.type in _QUOTES or not node.type.strip()


def _words(tree: BashTree, command: Node) -> list[str] | None:
    """The literal words of a command; None if one is not literal."""
    words = []
    for child in command.named_children:
        if child.type == "command_name":
            name = child.named_child(0)
            word = tree.text(name) if name is not None and name.type == "word" else None
        else:
            word = _literal(tree, child)
        if word is None:
            return None
        words.append(word)
    return words


def _literal(tree: BashTree, node: Node) -> str | None:
    match node.type:
        case "word" | "number":
            return tree.text(node)
        case "raw_string":
            return tree.text(node)[1:-1]
        case "string":
            parts = node.children
            is_one_run = [part.type for part in parts] == ['"', "string_content", '"']
            return tree.text(parts[1]) if is_one_run else None
    return None
