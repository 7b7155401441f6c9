"""Where a policy lets commands write (`docs/sandbox.md`)."""

from __future__ import annotations

import os
from collections.abc import Mapping

import msgspec

from octavo.protocol.policy import SandboxPolicy, WorkspaceWrite, configured_roots


class WritableRoot(msgspec.Struct, frozen=True):
    """A folder that may be written, and the paths below it that a patch must leave alone."""

    root: str
    read_only: tuple[str, ...] = ()

    def allows(self, path: str) -> bool:
        """Whether a normalised absolute `path` is writable by this root; compares components, follows no link."""
        return is_within(path, self.root) and not any(is_within(path, closed) for closed in self.read_only)


def writable_roots(policy: SandboxPolicy, cwd: str, environ: Mapping[str, str]) -> tuple[WritableRoot, ...]:
    """The roots of workspace-write in their order, duplicates kept; empty for the other modes.

    `cwd` is the absolute folder that the policy is about, `environ` this program's environment (for `TMPDIR`).
    """
    if not isinstance(policy, WorkspaceWrite):
        return ()
    paths = [*configured_roots(policy), cwd]
    if not policy.exclude_slash_tmp and os.path.isdir("/tmp"):  # noqa: S108 - the folder itself, no file in it
        paths.append("/tmp")  # noqa: S108
    if not policy.exclude_tmpdir_env_var and environ.get("TMPDIR"):
        paths.append(environ["TMPDIR"])
    return tuple(WritableRoot(path, _read_only_below(path)) for path in paths)


def _read_only_below(root: str) -> tuple[str, ...]:
    git_folder = os.path.join(root, ".git")
    return (git_folder,) if os.path.isdir(git_folder) else ()


def is_within(path: str, folder: str) -> bool:
    """Whether a normalised `path` is `folder` or lies below it; no link is followed."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")
