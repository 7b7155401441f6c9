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
    "apply_patch applypatch tmux screen tmate dtach abduco hyperfine watchexec entr valgrind perf rr gdbserver "
    "gosu su-exec tini dumb-init start-stop-daemon dbus-run-session dbus-launch xvfb-run ssh-agent eatmydata logsave "
    "chpst setuidgid softlimit envdir runcon sg newgrp capsh proot toolbox distrobox flatpak-spawn machinectl "
    "nix-shell direnv mise asdf socat ncat ld.so busctl gdbus dbus-send qdbus d-feet"
)
"""Programs that run what stands behind them, or in one of their words."""
_RUNNERS = frozenset(
    {
        *(("uv", "run"), ("poetry", "run"), ("pipenv", "run"), ("pdm", "run"), ("hatch", "run"), ("rye", "run")),
        *(
            ("conda", "run"),
            ("bundle", "exec"),
            ("rustup", "run"),
            ("nix", "run"),
            ("nix", "shell"),
            ("nix", "develop"),
        ),
        *((program, word) for program in ("npm", "pnpm", "yarn") for word in ("exec", "x", "dlx")),
    }
)
"""What runs a program that stands behind it: one to which a permission may be given where that may have one."""
_RUN_BY_GIT = _names(
    "bisect config credential daemon difftool filter-branch for-each-repo hook instaweb maintenance mergetool "
    "send-email submodule"
)
"""git's commands that run what they are told to, or that write what git runs later."""
_SCRIPTS = (".py", ".rb", ".js", ".mjs", ".ts", ".sh")
_INTERPRETERS = _names(
    "python pypy ipython perl ruby irb node nodejs deno bun tsx ts-node lua luajit php tclsh wish expect guile "
    "racket osascript rscript r julia java jshell groovy scala kotlin ghci runghc runhaskell ocaml erl escript "
    "elixir iex awk gawk mawk nawk jq sed ed ex vi vim nvim emacs nano less more man gdb lldb sqlite3 psql "
    "mysql m4 bc dc gnuplot octave npx bunx pnpx uvx pipx"
)
_ONLY_SHOW = _names("less more vi vim nvim emacs nano ed ssh") | {"ssh-agent"}
_BUILDERS = _names(
    "make gmake ninja cmake just task rake bundle npm pnpm yarn cargo go mvn gradle gradlew ant sbt tox nox invoke uv "
    "poetry pdm hatch pipenv rye composer dotnet bazel pre-commit husky lint-staged pytest"
)
_DESTROYERS = _names(
    "rm rmdir unlink shred dd mkfs fdisk parted wipefs truncate chmod chown chgrp chattr setfacl mount umount "
    "kill killall pkill reboot shutdown halt poweroff systemctl service launchctl iptables nft insmod modprobe "
    "passwd useradd usermod userdel visudo"
)
_WRITERS = _names(
    "cp mv ln tee sponge install split csplit sort patch cpio ar unzip zip 7z 7za gzip gunzip bzip2 bunzip2 xz unxz "
    "zstd bsdtar curl wget wget2 aria2c http https xh axel lftp ftp sftp scp rclone aws gsutil s3cmd azcopy"
)
"""Programs that write, fetch or send whatever they are told to, wherever they are told to."""
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
    if (name, *words[1:2]) in _RUNNERS:
        if len(words) == 2 or words[2].startswith("-"):
            return f"{name} {words[1]} runs other programs"
        if words[2].endswith(_SCRIPTS):
            return "a script in the project may be another one tomorrow"
        return why_never(words[2:])
    if plain.startswith("ld-linux"):
        return f"{name} runs other programs"
    if name == "git" and len(words) > 1 and words[1].startswith("-"):
        return "options before git's command change what it does"
    if name == "git" and len(words) > 1:
        is_rebase = words[1] == "rebase" and any(word.startswith("-x") for word in words)
        is_grep = words[1] == "grep" and any(word.startswith("-O") for word in words)
        if is_rebase or is_grep or words[1] in _RUN_BY_GIT:
            return f"git {words[1]} runs what it is told to"
    if any(map(_names_a_program, words[1:])):
        return "one of its options names a program or a setting"
    return None


def _names_a_program(word: str) -> bool:
    option = word.partition("=")[0]
    if word.startswith("ext::") or option in ("-c", "-e"):
        return True
    bare = option.lstrip("-")
    return len(bare) > 1 and option.startswith("-") and any(name.startswith(bare) for name in _NAME_PROGRAMS)


def runs_what_lies_around(program: str) -> bool:
    """Whether a program does what files say that lie in the folder where it runs, or what its words say."""
    name = program.rpartition("/")[2].lower()
    plain = _VERSION.sub("", name) or name
    return plain in (CARRIERS | _INTERPRETERS | _BUILDERS) - _ONLY_SHOW


def needs_every_word(program: str) -> bool:
    """Whether a standing permission for a program has to name all words of a command, not its beginning alone."""
    return program.rpartition("/")[2].lower() in _WRITERS


def runs_others(words: Sequence[str | None]) -> bool:
    """Whether a command is known to run what stands behind its program."""
    name = (words[0] or "").rpartition("/")[2].lower()
    return name in CARRIERS or _VERSION.sub("", name) in CARRIERS | _INTERPRETERS or (name, *words[1:2]) in _RUNNERS
