"""Completion for bash."""

from __future__ import annotations

from collections.abc import Sequence

from octavo.cli.words.completion.nodes import Node

_HEAD = """\
_octavo() {
    local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD - 1]}" node=octavo words="" i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "$node,${COMP_WORDS[i]}" in
"""

_TAIL = """\
}

complete -F _octavo -o bashdefault -o default octavo
"""


def bash_script(nodes: Sequence[Node]) -> str:
    """A function that walks the words typed so far, and offers what may follow."""
    parts = [_HEAD]
    for node in nodes:
        for words, target in node.steps:
            parts.append(f"            {_patterns(node, words)}) node={target} ;;\n")
        if node.takers:
            parts.append(f"            {_patterns(node, node.takers)}) ((i++)) ;;\n")
    parts.append('        esac\n    done\n    case "$node,$prev" in\n')
    for node in nodes:
        for names, words in node.choices:
            parts.append(f"        {_patterns(node, names)}) {_reply('-W', ' '.join(words))}; return ;;\n")
        if node.folders:
            parts.append(f"        {_patterns(node, node.folders)}) {_reply('-d')}; return ;;\n")
        if node.files:
            parts.append(f"        {_patterns(node, node.files)}) {_reply('-f')}; return ;;\n")
        if others := _others(node):
            parts.append(f"        {_patterns(node, others)}) return ;;\n")
    parts.append('    esac\n    case "$node" in\n')
    for node in nodes:
        offered = [*(choice.word for choice in (*node.commands, *node.options)), *node.arguments]
        parts.append(f'        {node.name}) words="{" ".join(offered)}" ;;\n')
    parts.append('    esac\n    COMPREPLY=($(compgen -W "$words" -- "$cur"))\n')
    return "".join([*parts, _TAIL])


def _patterns(node: Node, words: Sequence[str]) -> str:
    return " | ".join(f"{node.name},{word}" for word in words)


def _reply(*how: str) -> str:
    quoted = " ".join(word if word.startswith("-") else f'"{word}"' for word in how)
    return f'COMPREPLY=($(compgen {quoted} -- "$cur"))'


def _others(node: Node) -> tuple[str, ...]:
    """Options whose value nobody can guess: the shell's own completion stays silent for them."""
    known = {*node.files, *node.folders, *(name for names, _ in node.choices for name in names)}
    return tuple(name for name in node.takers if name not in known)
