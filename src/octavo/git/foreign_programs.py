"""Keeping git from running what a repository names: its configuration may be a command's work.

A command in the sandbox can make a repository, or change the configuration of one that
nothing protects. Git would then run its filters outside of the sandbox, in our
name. So the programs that a repository's own configuration names are switched off for
commands that read or write files of the work tree; those of the user and the
system stay. Hooks, the file-system monitor and transports are off for every
command (`octavo.git.run`). A submodule has a configuration of its own, which is not
asked: commands must not let git look into one (`--ignore-submodules=dirty`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from octavo.git.run import run_git

_NAMED = (
    r"^(filter\..*\.(clean|smudge|process|required)|diff\..*\.(textconv|command)|diff\.external"
    r"|merge\..*\.driver"
    r"|remote\..*\.(uploadpack|vcs|proxy)|credential\.(.*\.)?helper"
    r"|core\.(attributesfile|sshcommand|gitproxy|askpass))$"
)
_OWN = (b"local", b"worktree")
_PLAIN_MERGE = "git merge-file -L ours -L base -L theirs --marker-size=%L %A %O %B"
"""What git does without a driver. An empty one would keep our side and call that a success."""


async def programs_off(cwd: str) -> dict[str, str]:
    """Variables for `run_git` that switch the repository's own programs off.

    They name each setting, as git has no switch for all of them: what comes into the configuration after this
    question was answered still counts.
    """
    result = await run_git(("config", "--null", "--show-scope", "--name-only", "--get-regexp", _NAMED), cwd)
    fields = result.stdout.split(b"\0")
    keys = dict.fromkeys(key for scope, key in zip(fields[::2], fields[1::2], strict=False) if scope in _OWN)
    return overriding({os.fsdecode(key): _harmless(key) for key in keys}, os.environ)


def _harmless(key: bytes) -> str:
    if key.endswith(b".required"):
        return "false"
    return _PLAIN_MERGE if key.startswith(b"merge.") else ""


def overriding(values: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """Variables with which these settings beat every file; what `environ` sets in this way stays in front of them."""
    given = environ.get("GIT_CONFIG_COUNT", "")
    count = int(given) if given.isascii() and given.isdigit() else 0
    variables = {"GIT_CONFIG_COUNT": str(count + len(values))}
    for number, (key, value) in enumerate(values.items(), count):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables
