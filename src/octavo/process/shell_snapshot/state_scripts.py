"""The shell code that asks bash and zsh for their state, and the variables that say nothing about it.

Only builtins are called, none by a name that an alias could stand for. A section
that nothing restores still counts: a state that differs in it is not taken over.
"""

from __future__ import annotations

BASH_SECTIONS = (
    ("flags", '\\builtin printf %s "$-"'),
    ("arguments", "\\builtin printf '%s' \"$# $*\""),
    ("folder", "\\builtin pwd -P"),
    ("folders", "\\builtin dirs -l -p"),
    ("mask", "\\builtin umask -p"),
    ("limits", "\\builtin ulimit -S -a; \\builtin ulimit -H -a"),
    ("traps", "\\builtin trap -p"),
    ("jobs", "\\builtin jobs -l"),
    ("builtins", "\\builtin enable -a"),
    ("completions", "\\builtin complete -p"),
    ("open files", "\\builtin printf '%s ' /dev/fd/*"),
    ("shell options", "\\builtin shopt -p"),
    ("options", "\\builtin set +o"),
    ("aliases", "\\builtin alias -p"),
    ("function names", "\\builtin declare -F"),
    ("functions", "\\builtin declare -f"),
    ("variables", "\\builtin declare -p"),
)

BASH_VOLATILE = frozenset(
    (  # noqa: SIM905 - a list of literals would take forty lines
        "BASHOPTS BASHPID BASH_ALIASES BASH_ARGC BASH_ARGV BASH_ARGV0 BASH_CMDS BASH_COMMAND BASH_EXECUTION_STRING "
        "BASH_LINENO BASH_MONOSECONDS BASH_SOURCE BASH_SUBSHELL BASH_TRAPSIG BASH_VERSINFO COMP_WORDBREAKS DIRSTACK "
        "EPOCHREALTIME EPOCHSECONDS EUID FUNCNAME GROUPS HISTCMD LINENO PIPESTATUS PPID PWD RANDOM SECONDS "
        "SHELLOPTS SHLVL SRANDOM UID _"
    ).split()
)
"""Set by the shell itself at every start, or read-only."""

ZSH_SECTIONS = (
    ("flags", '\\builtin printf %s "$-"'),
    ("arguments", "\\builtin printf '%s' \"$# $*\""),
    ("folder", "\\builtin pwd -P"),
    ("folders", "\\builtin dirs -l -p"),
    ("modules", "\\builtin zmodload -L"),
    ("mask", "\\builtin umask"),
    ("limits", "\\builtin ulimit -S -a; \\builtin ulimit -H -a"),
    ("traps", "\\builtin trap"),
    ("jobs", "\\builtin jobs -l"),
    ("builtins", "\\builtin disable; \\builtin disable -a; \\builtin disable -f; \\builtin disable -r"),
    ("open files", "\\builtin printf '%s ' /dev/fd/*(N)"),
    ("options", "\\builtin set +o"),
    ("aliases", "\\builtin alias -L; \\builtin alias -s -L"),
    ("functions", "\\builtin functions"),
    ("named folders", "\\builtin hash -d -L"),
    ("styles", "\\builtin zstyle -L"),
    ("variables", "\\builtin typeset -p"),
)

ZSH_VOLATILE = frozenset(
    (  # noqa: SIM905
        "0 COLUMNS LINES EGID EUID GID UID USERNAME PPID PWD OLDPWD RANDOM SECONDS SHLVL TRY_BLOCK_ERROR "
        "TRY_BLOCK_INTERRUPT TTY TTYIDLE ZSH_ARGZERO ZSH_EVAL_CONTEXT ZSH_EXECUTION_STRING ZSH_NAME ZSH_PATCHLEVEL "
        "ZSH_SUBSHELL ZSH_VERSION argv pipestatus signals status EPOCHSECONDS EPOCHREALTIME LINENO ERRNO HISTCMD "
        "_ ? ! # $ * @ - zsh_eval_context zle_bracketed_paste"
    ).split()
)

ZSH_TIED = {
    name: name.lower() for name in ("CDPATH", "FIGNORE", "FPATH", "MAILPATH", "MANPATH", "MODULE_PATH", "PATH", "PSVAR")
}
"""Variables of the shell's own that hold an array as text."""
