"""`octavo completion SHELL`: a script that lets a shell complete our command lines (`docs/exec.md`, "Completion").

Every script is made from the same declarations that the parser reads, so none can
fall behind them.
"""

from __future__ import annotations

import os

from octavo.cli.words.invocation import Invocation


def run(invocation: Invocation) -> int:
    """Write the script for the shell that was named."""
    os.write(1, script(invocation.last.text("SHELL") or "bash").encode())
    return 0


def script(shell: str) -> str:
    """The completion script for `bash`, `elvish`, `fish`, `powershell` or `zsh`."""
    from octavo.cli.commands import OCTAVO
    from octavo.cli.words.completion.nodes import nodes_of

    nodes = nodes_of(OCTAVO)
    match shell:
        case "zsh":
            from octavo.cli.words.completion.zsh import zsh_script

            return zsh_script(nodes)
        case "fish":
            from octavo.cli.words.completion.fish import fish_script

            return fish_script(nodes)
        case "powershell":
            from octavo.cli.words.completion.powershell import powershell_script

            return powershell_script(nodes)
        case "elvish":
            from octavo.cli.words.completion.elvish import elvish_script

            return elvish_script(nodes)
        case _:
            from octavo.cli.words.completion.bash import bash_script

            return bash_script(nodes)
