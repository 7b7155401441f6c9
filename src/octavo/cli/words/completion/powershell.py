"""Completion for PowerShell."""

from __future__ import annotations

from collections.abc import Sequence

from octavo.cli.words.completion.nodes import Choice, Node

_HEAD = """\
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'octavo' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $node = 'octavo'
    $previous = ''
    $skip = $false
    foreach ($element in @($commandAst.CommandElements | Select-Object -Skip 1)) {
        $word = $element.Extent.Text
        if ($element.Extent.EndOffset -ge $cursorPosition -and $word -eq $wordToComplete) { break }
        $previous = $word
        if ($skip) { $skip = $false; continue }
        switch -CaseSensitive ("$node,$word") {
"""

_TAIL = """\
        })
    }
    $completions.Where{ $_.CompletionText -like "$wordToComplete*" }
}
"""


def powershell_script(nodes: Sequence[Node]) -> str:
    """A native completer that walks the words typed so far."""
    parts = [_HEAD]
    for node in nodes:
        for words, target in node.steps:
            for word in words:
                parts.append(f"            '{node.name},{word}' {{ $node = '{target}'; break }}\n")
        for word in node.takers:
            parts.append(f"            '{node.name},{word}' {{ $skip = $true; break }}\n")
    parts.append('        }\n    }\n    $completions = @(switch -CaseSensitive ("$node,$previous") {\n')
    for node in nodes:
        for names, words in node.choices:
            for name in names:
                parts.append(
                    f"        '{node.name},{name}' {{ {_results([Choice(word, word) for word in words])}; break }}\n"
                )
    parts.append("    })\n    if (-not $skip) {\n        $completions = @(switch ($node) {\n")
    for node in nodes:
        offered = [*node.commands, *node.options, *(Choice(word, word) for word in node.arguments)]
        parts.append(f"            '{node.name}' {{ {_results(offered)}; break }}\n")
    return "".join([*parts, _TAIL])


def _results(choices: Sequence[Choice]) -> str:
    return "; ".join(_result(choice) for choice in choices)


def _result(choice: Choice) -> str:
    kind = "ParameterName" if choice.word.startswith("-") else "ParameterValue"
    about = (choice.about or choice.word).replace("'", "''")
    return f"[CompletionResult]::new('{choice.word}', '{choice.word}', '{kind}', '{about}')"
