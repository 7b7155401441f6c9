"""Programs that no standing permission is given to (`docs/permissions.md`).

A permission for the beginning of a command lets everything through that may stand behind it. For a
shell, an interpreter, `sudo`, or a program that starts others, that is everything there is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


SHELLS = _names("sh bash zsh dash ksh mksh fish csh tcsh ash rbash busybox toybox pwsh powershell elvish nu xonsh")
CARRIERS = SHELLS | _names(
    "sudo doas su pkexec run0 runuser setpriv unshare nsenter chroot bwrap firejail systemd-run at batch "
    "crontab env xargs parallel nohup nice ionice taskset chrt timeout time stdbuf setsid watch command exec "
    "eval source . builtin trap coproc strace ltrace script ssh mosh rsh docker podman nerdctl kubectl lxc "
    "flatpak flock find fd rsync tar unbuffer setarch linux32 linux64 prlimit numactl cgexec faketime fakeroot "
    "apply_patch applypatch"
)
"""Programs that run what stands behind them, or in one of their words."""
_INTERPRETERS = _names(
    "python pypy ipython perl ruby irb node nodejs deno bun tsx ts-node lua luajit php tclsh wish expect guile "
    "racket osascript rscript r julia java jshell groovy scala kotlin ghci runghc runhaskell ocaml erl escript "
    "elixir iex awk gawk mawk nawk jq sed ed ex vi vim nvim emacs nano less more man gdb lldb sqlite3 psql "
    "mysql m4 bc dc gnuplot octave npx bunx pnpx uvx pipx"
)
_DESTROYERS = _names(
    "rm rmdir unlink shred dd mkfs fdisk parted wipefs truncate chmod chown chgrp chattr setfacl mount umount "
    "kill killall pkill reboot shutdown halt poweroff systemctl service launchctl iptables nft insmod modprobe "
    "passwd useradd usermod userdel visudo"
)
_VERSION = re.compile(r"[-.0-9]+$")
_NAME_PROGRAMS = _names(
    "exec exec-path upload-pack receive-pack to-command checkpoint-action use-compress-program rsh rsync-path pager "
    "extcmd shell script-shell config init-file eval command toolexec vettool open-files-in-pager"
)
"""Options that say what else is run; some programs take any beginning of an option's name."""


def why_never(words: Sequence[str]) -> str | None:
    """Why no standing permission covers a command; None where one may."""
    if not words or not words[0]:
        return "it names no program"
    if any(char < " " or char == "\x7f" for word in words for char in word):
        return "it holds control characters"
    folder, slash, name = words[0].rpartition("/")
    if slash and not folder.startswith("/"):
        return "a program in the project may be another one tomorrow"
    if any(one in words[0] for one in "*?[]{}~$`\\"):
        return "its program is not named literally"
    plain = _VERSION.sub("", name.lower()) or name.lower()
    for one in (name.lower(), plain):
        if one in CARRIERS:
            return f"{name} runs other programs"
        if one in _INTERPRETERS:
            return f"{name} runs what it is told to"
        if one in _DESTROYERS or one.startswith("mkfs"):
            return f"{name} can do lasting damage"
    if name == "git" and len(words) > 1 and words[1].startswith("-"):
        return "options before git's command change what it does"
    if any(map(_names_a_program, words[1:])):
        return "one of its options names a program or a setting"
    return None


def _names_a_program(word: str) -> bool:
    option = word.partition("=")[0]
    if word.startswith("ext::") or option in ("-c", "-e"):
        return True
    bare = option.lstrip("-")
    return len(bare) > 1 and option.startswith("-") and any(name.startswith(bare) for name in _NAME_PROGRAMS)


def runs_others(program: str) -> bool:
    """Whether a program is known to run what stands behind it."""
    name = program.rpartition("/")[2].lower()
    return name in CARRIERS or _VERSION.sub("", name) in CARRIERS | _INTERPRETERS
