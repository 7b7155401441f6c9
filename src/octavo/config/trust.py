"""Whether the user trusts the project a conversation works in (`docs/config.md`).

Trust is recorded per folder. A folder without an entry of its own takes that of the
repository it belongs to, where a linked worktree belongs to its main checkout.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from octavo.files.plain_file import open_plain
from octavo.files.programs import find_program, outside_path

if TYPE_CHECKING:
    from octavo.config.schema import ProjectToml

_GIT_TIMEOUT_S = 10
_MOST_BYTES = 1 << 16


def is_trusted(
    projects: Mapping[str, ProjectToml], cwd: str, environ: Mapping[str, str], writable: Iterable[str] = ()
) -> bool:
    """Whether `cwd`, or else its repository, has the trust level `trusted`.

    git is asked only if there is a trusted folder that could turn out to be the repository. It is not taken from the
    folders `writable`, in which commands may write, nor from the project around `cwd`.
    """
    entry = projects.get(cwd)
    if entry is None and any(project.trust_level == "trusted" for project in projects.values()):
        root = repository_root(cwd, environ, writable)
        entry = projects.get(root) if root is not None else None
    return entry is not None and entry.trust_level == "trusted"


def trust_target(cwd: str, environ: Mapping[str, str]) -> str:
    """The folder to record trust for: the main checkout of the repository of `cwd`, else `cwd` itself."""
    return repository_root(cwd, environ) or cwd


def repository_root(cwd: str, environ: Mapping[str, str], writable: Iterable[str] = ()) -> str | None:
    """The folder of the main checkout of the repository around `cwd`, or the repository itself where it has none.

    None outside of repositories.

    A `.git` file can name any repository. It is believed only if that repository is
    the folder's own or knows the folder as its worktree: otherwise a downloaded folder
    could borrow the trust of another project.
    """
    base = cwd if os.path.isdir(cwd) else os.path.dirname(cwd)
    answer = _ask_git(base, environ, (base, *writable))
    if answer is None:
        return None
    git_dir, common_dir, top = (os.path.realpath(os.path.join(base, path)) for path in answer)
    main = _checkout_of(common_dir)
    own = git_dir == common_dir and main == top
    return main if own or _is_known_worktree(git_dir, common_dir, top) else None


def _ask_git(base: str, environ: Mapping[str, str], writable: tuple[str, ...]) -> tuple[str, str, str] | None:
    """The git folder, the shared git folder and the top of the checkout, relative to `base` or absolute."""
    import subprocess  # most folders are known by name, and git need not be asked

    path = environ.get("PATH", os.defpath)
    program = find_program("git", path, *writable)
    if program is None:
        return None
    command = [program, "rev-parse", "--git-dir", "--git-common-dir", "--show-toplevel"]
    try:
        result = subprocess.run(
            command,
            cwd=base,
            env={**environ, "PATH": outside_path(path, *writable)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_GIT_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    lines = os.fsdecode(result.stdout).split("\n")
    if result.returncode != 0 or len(lines) != 4:
        return None
    return lines[0], lines[1], lines[2]


def _checkout_of(git_dir: str) -> str:
    """The folder whose `.git` this is. One of another name that nothing there leads to is a repository by itself.

    A downloaded folder may be such a repository: it must not speak for the folder around it.
    """
    above, name = os.path.split(git_dir)
    if name == ".git":
        return above
    return above if _named_in(os.path.join(above, ".git")) == git_dir else git_dir


def _is_known_worktree(git_dir: str, common_dir: str, top: str) -> bool:
    """Whether the repository itself, not just the folder, says that `top` is one of its worktrees."""
    if os.path.dirname(git_dir) != os.path.join(common_dir, "worktrees"):
        return False
    return _named_in(os.path.join(git_dir, "gitdir")) == os.path.join(top, ".git")


def _named_in(path: str) -> str | None:
    """What a file of git's leads to, links resolved; newer gits may write a path relative to the file's folder."""
    try:
        with open_plain(path) as file:
            named = os.fsdecode(file.read(_MOST_BYTES)).strip().removeprefix("gitdir:").strip()
        return os.path.realpath(os.path.join(os.path.dirname(path), named))
    except (OSError, ValueError):  # a NUL among others
        return None
