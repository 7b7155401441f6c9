"""What follows from where a sandbox policy lets commands write.

Whether one policy allows no more than another (`docs/sub-conversations.md`): folders
are compared as what they really are, so that a link out of the parent's folders is
outside of them. And where programs of ours no longer come from (`docs/sandbox.md`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from octavo.files.programs import commands_may_write
from octavo.protocol.policy import DangerFullAccess, ReadOnly, SandboxPolicy, WorkspaceWrite
from octavo.sandbox.roots import WritableRoot, writable_roots


def allows_no_more(
    policy: SandboxPolicy, cwd: str, than: SandboxPolicy, than_cwd: str, environ: Mapping[str, str]
) -> bool:
    """Whether whatever `policy` allows in the folder `cwd` is also allowed by `than` in `than_cwd`."""
    if isinstance(policy, ReadOnly) or isinstance(than, DangerFullAccess):
        return True
    if not isinstance(policy, WorkspaceWrite) or not isinstance(than, WorkspaceWrite):
        return False
    if policy.network_access and not than.network_access:
        return False
    outer = [_real(root) for root in writable_roots(than, than_cwd, environ)]
    inner = [_real(root) for root in writable_roots(policy, cwd, environ)]
    return all(any(root.allows(one.root) for root in outer) for one in inner)


def keep_programs_out(policy: SandboxPolicy, cwd: str, environ: Mapping[str, str]) -> None:
    """From now on take no program of ours from where commands under this policy may write."""
    commands_may_write(root.root for root in writable_roots(policy, cwd, environ))


def _real(root: WritableRoot) -> WritableRoot:
    return WritableRoot(os.path.realpath(root.root), tuple(os.path.realpath(path) for path in root.read_only))
