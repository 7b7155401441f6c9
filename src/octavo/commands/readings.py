"""What a command runs, read in two ways (`docs/permissions.md`).

For what allows: exactly the commands that run, word by word, or none at all where that cannot be told.
For what forbids: everything that may run, also behind `sudo` and the like and inside of scripts; a
word that is only known when it runs is None.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from octavo.commands.bash_tree import BashTree, parse_bash
from octavo.commands.powerful import runs_others
from octavo.commands.safe import SYSTEM_FOLDERS, may_become_an_option
from octavo.commands.shell_grammar import word_only_commands

if TYPE_CHECKING:
    from tree_sitter import Node

Words = Sequence[str | None]
_DEEPEST = 3
_MOST = 500
_GIT_TAKES_A_VALUE = ("-C", "-c", "--git-dir", "--work-tree", "--namespace", "--config-env", "--attr-source")
_GLOB = re.compile(r"[*?\[{~]")


class Reading(NamedTuple):
    """`exact` are the commands that run, None where that cannot be told; `possible` is everything that may run.

    `unread` are texts that may run too and that nobody could read.
    """

    exact: list[list[str]] | None
    possible: list[Words]
    unread: list[str]


def read_command(argv: Sequence[str]) -> Reading:
    """Read the words of a command, a script of a shell among them."""
    found: list[Words] = []
    unread: list[str] = []
    _collect(argv, found, unread, 0)
    return Reading(exact_commands(argv), found, unread)


def exact_commands(argv: Sequence[str]) -> list[list[str]] | None:
    """The commands that run, word by word; None where that cannot be told."""
    script = shell_script(argv)
    if script is None:
        return [list(argv)]
    commands = None if may_become_an_option(script) else word_only_commands(script)
    return commands or None


def shell_script(argv: Sequence[str]) -> str | None:
    """The script of exactly `SHELL -c SCRIPT` or `SHELL -lc SCRIPT`, of a shell of the system."""
    if len(argv) != 3 or argv[1] not in ("-c", "-lc"):
        return None
    folder, slash, name = argv[0].rpartition("/")
    is_system = not slash or folder in SYSTEM_FOLDERS
    return argv[2] if name in ("bash", "zsh", "sh") and is_system else None


def _collect(words: Words, found: list[Words], unread: list[str], depth: int) -> None:
    """Note a command and what it may run in turn."""
    if len(found) >= _MOST or depth > _DEEPEST:
        unread.append(" ".join(word or "" for word in words))
        return
    found.append(words)
    program = words[0] if words else ""
    if program is not None and program.rpartition("/")[2] == "git":
        found.append([program, *_behind_options_of_git(words[1:])])
    if program is not None and not runs_others(words):
        return
    found += [words[start:] for start in range(1, len(words))]
    for word in words[1:]:
        if word and re.search(r"[\s;&|`$(<]", word):
            for script in (word, word[2:], word[3:]) if word.startswith("-") else (word,):  # `-cSCRIPT`, `-lcSCRIPT`
                _collect_script(script, found, unread, depth + 1)


def _behind_options_of_git(words: Words) -> Words:
    """git's command and what is behind it, without the options of git itself."""
    while words and words[0] is not None and words[0].startswith("-"):
        words = words[2 if words[0] in _GIT_TAKES_A_VALUE else 1 :]
    return words


def _collect_script(script: str, found: list[Words], unread: list[str], depth: int) -> None:
    tree = parse_bash(script)
    if tree is None or tree.root.has_error:
        unread.append(script)
    if tree is None:
        return
    for node in tree.nodes():
        if node.type == "command":
            _collect(_words(tree, node), found, unread, depth)
        elif node.type == "heredoc_body" and depth < _DEEPEST:
            _collect_script(tree.text(node), found, unread, depth + 1)
        elif node.type == "herestring_redirect" and depth < _DEEPEST:
            _collect_script(_literal(tree, node.named_child(0)) or "", found, unread, depth + 1)


def _words(tree: BashTree, command: Node) -> list[str | None]:
    words: list[str | None] = []
    for child in command.named_children:
        if child.type == "command_name":
            words.append(_literal(tree, child.named_child(0)))
        elif child.type not in ("variable_assignment", "file_redirect", "herestring_redirect", "heredoc_redirect"):
            words.append(_literal(tree, child))
    return words


def _literal(tree: BashTree, node: Node | None) -> str | None:
    """What a word means, None where only running tells."""
    match node.type if node is not None else "":
        case "word" if node is not None:
            text = tree.text(node)
            return None if _GLOB.search(text) else re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)
        case "number" if node is not None:
            return tree.text(node)
        case "raw_string" if node is not None:
            return tree.text(node)[1:-1]
        case "string" if node is not None:
            if any(child.type not in ('"', "string_content") for child in node.children):
                return None
            return re.sub(r'\\([$`"\\\n])', r"\1", tree.text(node)[1:-1])
        case "concatenation" if node is not None:
            parts = [_literal(tree, child) for child in node.named_children]
            return None if None in parts else "".join(part or "" for part in parts)
    return None
