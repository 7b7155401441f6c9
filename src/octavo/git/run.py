"""Runs one git command and gathers its output.

Guarantees: a program that no command can have put there; an argument list, never a
shell; no terminal, and none of our own standard streams; an environment of known variables only, so that neither our
secrets nor a stray `GIT_DIR` get in; hooks, the file-system monitor, background
maintenance and recursion into submodules are off; the process group dies with the call (`docs/rollouts.md`).
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from typing import IO

import msgspec

from octavo.errors import OctavoError
from octavo.files.programs import find_program, outside_path

QUERY_LIMIT = 5.0
"""Seconds that a question to git may take."""

_PASSED_ON = frozenset(
    {
        *("HOME", "USER", "LOGNAME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "SUDO_UID"),
        *("LANG", "LC_CTYPE", "SSH_AUTH_SOCK", "GIT_EXEC_PATH", "GIT_SSH", "GIT_SSH_COMMAND"),
        *("GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    }
)

QUIET_OPTIONS = (
    "--no-pager",
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "gc.auto=0"),
    *("-c", "maintenance.auto=false"),
    *("-c", "submodule.recurse=false"),
)
"""Stand before every command."""


class GitError(OctavoError):
    """A git command failed; the text says which, and what git said."""


class GitResult(msgspec.Struct, frozen=True):
    """How a command ended; 124 stands for one that was ended at its time limit, 127 for git that cannot start."""

    code: int
    stdout: bytes
    stderr: bytes

    @property
    def text(self) -> str:
        """The output without its line end; bytes that are no UTF-8 become U+FFFD."""
        return self.stdout.decode("utf-8", "replace").removesuffix("\n")


async def run_git(
    args: Sequence[str],
    cwd: str,
    *,
    seconds: float | None = QUERY_LIMIT,
    options: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
) -> GitResult:
    """Run `git <options> <args>` in `cwd`, at most `seconds` long (None: as long as it takes)."""
    return await finish_git(start_git(args, cwd, options, variables), seconds)


def start_git(
    args: Sequence[str], cwd: str, options: Sequence[str] = (), variables: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes] | GitResult:
    """Start the command and let it work; the result at once where it cannot start. Goes to `finish_git`."""
    return start_all(cwd, args, options=options, variables=variables)[0]


def start_all(
    cwd: str, *questions: Sequence[str], options: Sequence[str] = (), variables: Mapping[str, str] | None = None
) -> tuple[subprocess.Popen[bytes] | GitResult, ...]:
    """Like `start_git`, for several commands; what they may run and know is found out once."""
    try:
        program, environment = git_program(cwd), git_environment(cwd) | dict(variables or {})
    except OSError as error:
        return (_cannot_start(error),) * len(questions)
    return tuple(_started([program, *QUIET_OPTIONS, *options, *args], cwd, environment) for args in questions)


async def finish_git(started: subprocess.Popen[bytes] | GitResult, seconds: float | None = QUERY_LIMIT) -> GitResult:
    """Gather what a started command says, and end it if it takes too long or this is cancelled."""
    if isinstance(started, GitResult):
        return started
    process = started
    pipes = [pipe for pipe in (process.stdout, process.stderr) if pipe]
    try:
        async with asyncio.timeout(seconds):
            stdout, stderr = await asyncio.gather(*map(_read_all, pipes))
            # Both pipes are closed, so it is about to end; there is nothing else to wait on without a thread.
            while process.poll() is None:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
    except TimeoutError:
        return GitResult(124, b"", b"took too long")
    finally:
        _end(process, pipes)
    return GitResult(process.returncode, stdout, stderr)


async def checked_git(
    args: Sequence[str],
    cwd: str,
    *,
    seconds: float | None = QUERY_LIMIT,
    options: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
) -> GitResult:
    """Like `run_git`, but raises `GitError` unless the command ends with 0."""
    result = await run_git(args, cwd, seconds=seconds, options=options, variables=variables)
    if result.code:
        said = result.stderr.decode("utf-8", "replace").strip() or f"exit code {result.code}"
        raise GitError(f"git {args[0]}: {said}")
    return result


def git_program(cwd: str) -> str:
    """The `git` on the PATH that no command can have put there; raises `FileNotFoundError`."""
    program = find_program("git", os.environ.get("PATH", os.defpath), cwd)
    if program is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "git")
    return program


def git_environment(cwd: str) -> dict[str, str]:
    """What a git process of ours in `cwd` may know of our own environment."""
    kept = {name: value for name, value in os.environ.items() if name in _PASSED_ON or name.startswith("GIT_CONFIG_")}
    # The programs that the user's own configuration names are looked for there, too.
    kept["PATH"] = outside_path(os.environ.get("PATH", os.defpath), cwd)
    # C: we read what git says; no prompt could be answered; no lock that gets in the way of the user's own git.
    quiet = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
    # Nothing is fetched: a repository may name a remote for missing objects, and a remote may be a program.
    return kept | quiet | {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}


async def _read_all(pipe: IO[bytes]) -> bytes:
    # A reader on the loop costs a tenth of asyncio's process machinery, which starts a thread for each child.
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    parts: list[bytes] = []
    fd = pipe.fileno()

    def read() -> None:
        part = os.read(fd, 1 << 16)
        if part:
            parts.append(part)
        else:
            loop.remove_reader(fd)
            if not done.done():
                done.set_result(None)

    loop.add_reader(fd, read)
    try:
        await done
    finally:
        loop.remove_reader(fd)
    return b"".join(parts)


def _started(argv: Sequence[str], cwd: str, environment: Mapping[str, str]) -> subprocess.Popen[bytes] | GitResult:
    try:
        return subprocess.Popen(
            argv,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:  # `ValueError`: a NUL in an argument
        return _cannot_start(error)


def _cannot_start(error: Exception) -> GitResult:
    return GitResult(127, b"", str(error).encode("utf-8", "replace"))


def _end(process: subprocess.Popen[bytes], pipes: Sequence[IO[bytes]]) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for pipe in pipes:
        pipe.close()
