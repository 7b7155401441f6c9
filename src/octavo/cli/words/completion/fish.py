"""Completion for fish."""

from __future__ import annotations

from collections.abc import Sequence

from octavo.cli.words.completion.nodes import Choice, Node

_HEAD = """\
function __octavo_node
    set -l node octavo
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip -eq 1
            set skip 0
            continue
        end
        switch "$node,$word"
"""

_MIDDLE = """\
        end
    end
    echo $node
end

function __octavo_at
    test (__octavo_node) = $argv[1]
end

"""


def fish_script(nodes: Sequence[Node]) -> str:
    """A function that tells which command the words typed so far lead to, and what may follow each."""
    parts = [_HEAD]
    for node in nodes:
        for words, target in node.steps:
            parts.append(f"            case {_patterns(node, words)}\n                set node {target}\n")
        if node.takers:
            parts.append(f"            case {_patterns(node, node.takers)}\n                set skip 1\n")
    parts.append(_MIDDLE)
    for node in nodes:
        for choice in node.commands:
            parts.append(_line(node, f"-f -a {choice.word}", choice.about))
        for word in node.arguments:
            parts.append(_line(node, f"-f -a {word}", ""))
        for choice in node.options:
            parts.append(_line(node, _option(node, choice), choice.about))
    return "".join(parts)


def _option(node: Node, choice: Choice) -> str:
    word = choice.word
    name = f"-l {word[2:]}" if word.startswith("--") else f"-s {word[1:]}"
    if word not in node.takers:
        return name
    for names, words in node.choices:
        if word in names:
            return f"{name} -x -a '{' '.join(words)}'"
    if word in node.folders:
        return f"{name} -x -a '(__fish_complete_directories)'"
    return f"{name} -r -F" if word in node.files else f"{name} -x"


def _line(node: Node, what: str, about: str) -> str:
    described = f" -d {_quoted(about)}" if about else ""
    return f"complete -c octavo -n '__octavo_at {node.name}' {what}{described}\n"


def _patterns(node: Node, words: Sequence[str]) -> str:
    return " ".join(f"{node.name},{word}" for word in words)


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
