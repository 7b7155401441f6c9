"""Completion for zsh."""

from __future__ import annotations

from collections.abc import Sequence

from octavo.cli.words.completion.nodes import Choice, Node

_HEAD = """\
#compdef octavo

_octavo() {
    local node=octavo i
    local -a commands options arguments
    for (( i = 2; i < CURRENT; i++ )); do
        case "$node,$words[i]" in
"""

_TAIL = """\
    esac
    if [[ "$words[CURRENT]" == -* ]]; then
        _describe -o option options
        return
    fi
    (( $#commands )) && _describe command commands
    (( $#arguments )) && compadd -- $arguments
    (( $#commands + $#arguments )) || _files
}

if [[ "$funcstack[1]" == _octavo ]]; then
    _octavo "$@"
else
    compdef _octavo octavo
fi
"""


def zsh_script(nodes: Sequence[Node]) -> str:
    """A function that walks the words typed so far; works sourced and from a folder in fpath."""
    parts = [_HEAD]
    for node in nodes:
        for words, target in node.steps:
            parts.append(f"            {_patterns(node, words)}) node={target} ;;\n")
        if node.takers:
            parts.append(f"            {_patterns(node, node.takers)}) (( i++ )) ;;\n")
    parts.append('        esac\n    done\n    case "$node,$words[CURRENT-1]" in\n')
    for node in nodes:
        for names, words in node.choices:
            parts.append(f"        {_patterns(node, names)}) compadd -- {' '.join(words)}; return ;;\n")
        if node.folders:
            parts.append(f"        {_patterns(node, node.folders)}) _files -/; return ;;\n")
        if node.files:
            parts.append(f"        {_patterns(node, node.files)}) _files; return ;;\n")
    parts.append('    esac\n    case "$node" in\n')
    for node in nodes:
        parts.append(f"        {node.name})\n")
        parts.append(f"            commands=({_described(node.commands)})\n")
        parts.append(f"            options=({_described(node.options)})\n")
        parts.append(f"            arguments=({' '.join(node.arguments)})\n            ;;\n")
    return "".join([*parts, _TAIL])


def _patterns(node: Node, words: Sequence[str]) -> str:
    return "|".join(f"{node.name},{word}" for word in words)


def _described(choices: Sequence[Choice]) -> str:
    return " ".join(_quoted(f"{choice.word}:{choice.about}") for choice in choices)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
