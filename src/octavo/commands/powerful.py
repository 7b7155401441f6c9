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
    "send-email submodule archimport citool cvsexportcommit cvsimport cvsserver difftool--helper filter-repo gui "
    "http-backend interpret-trailers merge-index mergetool--lib p4 quiltimport receive-pack remote-ext remote-fd shell "
    "submodule--helper svn upload-archive upload-pack web--browse"
)
"""git's commands that run what they are told to, or that write what git runs later."""
_GOES_ON = ("--continue", "--skip", "--edit-todo")
"""How `git rebase` takes up a list of commands again, which anybody may have written meanwhile."""
_WRITTEN_BY_GIT = _names(
    "archive bugreport bundle checkout-index clone credential-store diagnose fast-export fast-import format-patch init "
    "read-tree worktree"
)
"""git's commands that write files wherever they are told to."""
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
    "zstd bsdtar curl wget wget2 aria2c http https xh axel lftp ftp sftp scp rclone aws gsutil s3cmd azcopy "
    "cc c++ gcc g++ clang clang++ tcc ld objcopy rustc protoc tsc pandoc ffmpeg magick convert openssl"
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
    if name == "git" and _tells_git_to_run(words):
        return f"git {words[1]} runs what it is told to"
    if any(map(_names_a_program, words[1:])):
        return "one of its options names a program or a setting"
    return None


def _tells_git_to_run(words: Sequence[str]) -> bool:
    """Whether it is a command of git's that runs programs, or one that an option, in full or shortened, makes so."""
    command = words[1] if len(words) > 1 else ""
    return command in _RUN_BY_GIT or any(_makes_it_run(command, word) for word in words[2:])


def _makes_it_run(command: str, word: str) -> bool:
    option = word.partition("=")[0]
    match command:
        case "rebase":
            goes_on = len(option) > 2 and any(name.startswith(option) for name in _GOES_ON)
            return goes_on or re.match(r"-[A-Za-z]*x", word) is not None
        case "grep":
            return re.match(r"-[A-Za-z]*O", word) is not None
        case "clone":
            has_template = len(option) > 2 and "--template".startswith(option)
            return has_template or word.startswith("-c")
    return False


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


def needs_every_word(words: Sequence[str]) -> bool:
    """Whether a standing permission has to name all words of a command, not its beginning alone."""
    name = words[0].rpartition("/")[2].lower()
    if name == "git":
        return any(word in _WRITTEN_BY_GIT for word in words[1:2]) or any(map(_names_a_file_for_git, words[2:]))
    return name in _WRITERS or _VERSION.sub("", name) in _WRITERS


def _names_a_file_for_git(word: str) -> bool:
    option = word.partition("=")[0]
    starts = ("--output"[: len(option)], "--unsafe-paths"[: len(option)])
    return len(option) > 2 and (option in starts or option.startswith("--output-dir"))


def runs_others(words: Sequence[str | None]) -> bool:
    """Whether a command is known to run what stands behind its program."""
    name = (words[0] or "").rpartition("/")[2].lower()
    return name in CARRIERS or _VERSION.sub("", name) in CARRIERS | _INTERPRETERS or (name, *words[1:2]) in _RUNNERS
