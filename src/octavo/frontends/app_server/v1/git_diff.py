"""`gitDiffToRemote`: what the work tree has that no remote has."""

from __future__ import annotations

import msgspec

from octavo.frontends.app_server.paths import absolute
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v1.types.params import GitDiffToRemoteParams
from octavo.frontends.app_server.v1.types.results import GitDiffToRemoteResponse
from octavo.frontends.jsonrpc.errors import refused
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.git.diff import diff_to_remote
from octavo.git.run import GitError


async def git_diff_to_remote(server: Server, _: RequestId, params: GitDiffToRemoteParams) -> GitDiffToRemoteResponse:
    """The newest commit that a remote knows, and the diff from there, untracked files included."""
    try:
        found = await diff_to_remote(absolute(server.config.cwd, params.cwd))
    except GitError:
        shown = msgspec.json.encode(params.cwd).decode()
        raise refused(f"failed to compute git diff to remote for cwd: {shown}") from None
    return GitDiffToRemoteResponse(found.sha, found.diff)
