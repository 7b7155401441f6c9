"""Tells a patch from an ordinary command in what a model asks the shell to run.

Only scripts that consist of nothing but a patch are taken for one
(`docs/apply-patch.md`, "Which commands are patches"); any other runs as a
command, where `apply_patch` is a program like the rest.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import msgspec

from octavo.commands.bash_tree import BashTree, parse_bash
from octavo.patch.parse import parse
from octavo.patch.sections import PatchError, PatchParseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

PROGRAMS = ("apply_patch", "applypatch")
EXPANDED = frozenset("\\*?[~")
"""Characters that the shell would give a meaning to, in a word without quotes."""


class PatchCall(msgspec.Struct, frozen=True):
    """A patch found in a command: its text, not parsed yet, and the folder that its paths count from."""

    text: str
    cwd: str


class UnmarkedPatchError(PatchError):
    """A patch was given as if it were a command."""

    def __init__(self) -> None:
        super().__init__('patch detected without explicit call to apply_patch. Rerun as ["apply_patch", "<patch>"]')


def recognise(argv: Sequence[str], cwd: str) -> PatchCall | None:
    """The patch that `argv`, run in the absolute folder `cwd`, amounts to, or None for an ordinary command.

    Raises `UnmarkedPatchError` when a bare patch stands where a command should.
    """
    match list(argv):
        case [text] | ["bash", "-lc", text] if _is_patch(text):
            raise UnmarkedPatchError
        case [("apply_patch" | "applypatch"), text]:
            return PatchCall(text, cwd)
        case ["bash", "-lc", script] if any(program in script for program in PROGRAMS):
            return _in_script(script, cwd)
    return None


def _is_patch(text: str) -> bool:
    if "*** Begin Patch" not in text:
        return False
    try:
        parse(text)
    except PatchParseError:
        return False
    return True


def _in_script(script: str, cwd: str) -> PatchCall | None:
    """The patch of `apply_patch <<TAG` or `cd PATH && apply_patch <<TAG`, if the script is just that."""
    tree = parse_bash(script)
    if tree is None or len(tree.root.children) != 1 or _has_fault(tree.root):
        return None
    statement = tree.root.children[0]
    if statement.type != "redirected_statement" or len(statement.children) != 2:
        return None
    command, redirect = statement.children
    body = _heredoc_body(tree, redirect)
    if body is None:
        return None
    if _is_apply_patch(tree, command):
        return PatchCall(body, cwd)
    folder = _folder_before_apply_patch(tree, command)
    return None if folder is None else PatchCall(body, os.path.join(cwd, folder))


def _has_fault(root: Node) -> bool:
    """Whether the script has an error; a heredoc that only the script's end closes is none, as in the shell."""
    nodes = [root]
    while nodes:
        node = nodes.pop()
        if node.is_error or (node.is_missing and node.type != "heredoc_end"):
            return True
        nodes += [child for child in node.children if child.has_error]
    return False


def _heredoc_body(tree: BashTree, redirect: Node) -> str | None:
    """The text of a heredoc that stands alone, without its last line ends."""
    kinds = [child.type for child in redirect.children]
    if redirect.type != "heredoc_redirect" or kinds not in (
        ["<<", "heredoc_start", "heredoc_body", "heredoc_end"],
        ["<<-", "heredoc_start", "heredoc_body", "heredoc_end"],
    ):
        return None
    if not tree.text(redirect.children[1]).isascii():
        return None  # the parser may take another such word for its end
    return tree.text(redirect.children[2]).rstrip("\n")


def _folder_before_apply_patch(tree: BashTree, command: Node) -> str | None:
    """PATH, when `command` is `cd PATH && apply_patch`."""
    if command.type != "list" or [child.type for child in command.children] != ["command", "&&", "command"]:
        return None
    change, _, patch = command.children
    if not _is_apply_patch(tree, patch) or len(change.children) != 2 or tree.text(change.children[0]) != "cd":
        return None
    return _literal(tree, change.children[1])


def _is_apply_patch(tree: BashTree, node: Node) -> bool:
    return node.type == "command" and len(node.children) == 1 and tree.text(node) in PROGRAMS


def _literal(tree: BashTree, node: Node) -> str | None:
    """What a word or a quoted string stands for, if the shell would take it as it is written."""
    text = tree.text(node)
    if node.type == "raw_string":
        return text[1:-1]
    if node.type == "word" and not text.startswith("-") and EXPANDED.isdisjoint(text):
        return text
    if node.type == "string" and [child.type for child in node.children] == ['"', "string_content", '"']:
        content = text[1:-1]
        return None if "\\" in content else content
    return None
