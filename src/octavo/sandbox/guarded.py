"""What is left of the sandbox for a command that a rule of the user's lets run without it (`docs/permissions.md`).

Everything may be written and reached, but for what decides later what runs: our own folder, git's hooks and
configuration in the project, and what a login or a shell runs by itself. Where that cannot be closed, no such command
runs. Loaded only where a rule allows something.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from octavo.config.config import Config
from octavo.protocol.policy import DangerFullAccess, SandboxPolicy, WorkspaceWrite, configured_roots
from octavo.sandbox.roots import WritableRoot, writable_roots
from octavo.sandbox.spec import SandboxSpec, our_folders

_RUN_BY_A_LOGIN = (
    *(".profile", ".bash_profile", ".bash_login", ".bash_logout", ".bashrc", ".bash_aliases"),
    *(".bash_completion", ".inputrc", ".mkshrc", ".xsessionrc"),
    *(".zshrc", ".zshenv", ".zprofile", ".zlogin", ".zlogout", ".kshrc", ".cshrc", ".tcshrc", ".login"),
    *(".xprofile", ".xinitrc", ".xsession", ".pam_environment", ".gitconfig"),
    *(".ssh/authorized_keys", ".ssh/authorized_keys2", ".ssh/config", ".ssh/rc", ".ssh/environment"),
    *(".config/fish", ".config/git", ".config/systemd", ".config/autostart", ".config/environment.d"),
    *(".config/nushell", ".config/powershell", ".config/plasma-workspace", ".local/share/systemd"),
    *("Library/LaunchAgents",),
)
"""In the home of the user."""
_OURS = (
    *("config.toml", "managed_config.toml", "hooks.json", "auth.json", "AGENTS.md", "AGENTS.override.md", ".env"),
    *("rules", "project-rules", "undo", "skills", "prompts"),
)
"""In our own folder, where that cannot be closed as a whole since the turn works in it."""
_BY_GIT = (".git/hooks", ".git/config", ".git/config.worktree", ".codex")


def guarded_sandbox(config: Config, policy: SandboxPolicy, cwd: str) -> SandboxSpec | None:
    """The confinement of a command that a rule allows, in a turn that works in `cwd`; None where none has any."""
    if isinstance(policy, DangerFullAccess):
        return None
    # Real paths: a root that leads through a link which commands can write is not believed.
    folder = os.path.realpath(cwd)
    chosen = (folder, *map(os.path.realpath, configured_roots(policy)))
    projects = tuple(dict.fromkeys((*chosen, *(top for path in chosen for top in _repositories_above(path)))))
    usual = [os.path.realpath(root.root) for root in writable_roots(policy, cwd, config.environ)]
    own, guarded = our_folders(config), (*_guarded(config, folder), *_between(chosen, projects))
    # Where the kernel does not look for itself what belongs to git (macOS).
    closed = (*own, *guarded, *(os.path.join(root, name) for root in projects for name in _BY_GIT))
    roots = dict.fromkeys((os.sep, *projects, *usual))
    return SandboxSpec(
        WorkspaceWrite(writable_roots=projects, network_access=True),
        folder,
        tuple(WritableRoot(root, closed) for root in roots),
        closed=own,
        guarded=guarded,
    )


def _repositories_above(folder: str) -> Iterator[str]:
    """The folders above one that hold a repository around it."""
    while (above := os.path.dirname(folder)) != folder:
        folder = above
        if folder != os.sep and os.path.lexists(os.path.join(folder, ".git")):
            yield folder


def _between(folders: Iterable[str], projects: tuple[str, ...]) -> Iterator[str]:
    """What would come before the settings and the repository of a project, in folders between it and one of these."""
    for folder in folders:
        tops = [top for top in projects if folder.startswith(f"{top}/")]
        while tops and (folder := os.path.dirname(folder)) != min(tops, key=len):
            if folder not in projects:
                yield from (os.path.join(folder, name) for name in (".git", ".codex"))


def _guarded(config: Config, folder: str) -> tuple[str, ...]:
    user = config.environ.get("HOME") or os.path.expanduser("~")
    paths = [os.path.join(user, name) for name in _RUN_BY_A_LOGIN]
    home = os.path.realpath(config.codex_home)
    if f"{folder}/".startswith(f"{home}/"):
        paths += [os.path.join(home, name) for name in _OURS]
    return tuple(paths)
