"""Completion for Elvish."""

from __future__ import annotations

from collections.abc import Sequence

from octavo.cli.words.completion.nodes import Choice, Node

_HEAD = """\
set edit:completion:arg-completer[octavo] = {|@words|
    var steps = [
"""

_MIDDLE = """\
    ]
    var node = octavo
    var skip = $false
    for word $words[1..-1] {
        if $skip {
            set skip = $false
        } elif (has-key $steps $node','$word) {
            set node = $steps[$node','$word]
        } elif (has-key $takers $node','$word) {
            set skip = $true
        }
    }
    if $skip {
        var key = $node','$words[-2]
        if (has-key $values $key) {
            all $values[$key]
        } else {
            edit:complete-filename $words[-1]
        }
    } else {
        for choice $choices[$node] {
            edit:complex-candidate $choice[0] &display=$choice[0]'  '$choice[1]
        }
    }
}
"""


def elvish_script(nodes: Sequence[Node]) -> str:
    """A completer that walks the words typed so far."""
    parts = [_HEAD]
    parts += [
        f"        &{_quoted(f'{node.name},{word}')}={_quoted(target)}\n"
        for node in nodes
        for words, target in node.steps
        for word in words
    ]
    parts.append("    ]\n    var takers = [\n")
    parts += [f"        &{_quoted(f'{node.name},{word}')}=$true\n" for node in nodes for word in node.takers]
    parts.append("    ]\n    var values = [\n")
    parts += [
        f"        &{_quoted(f'{node.name},{name}')}=[{' '.join(words)}]\n"
        for node in nodes
        for names, words in node.choices
        for name in names
    ]
    parts.append("    ]\n    var choices = [\n")
    for node in nodes:
        offered = [*node.commands, *node.options, *(Choice(word, "") for word in node.arguments)]
        pairs = " ".join(f"[{_quoted(choice.word)} {_quoted(choice.about)}]" for choice in offered)
        parts.append(f"        &{_quoted(node.name)}=[{pairs}]\n")
    return "".join([*parts, _MIDDLE])


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
