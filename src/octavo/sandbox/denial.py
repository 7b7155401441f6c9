"""Was it the sandbox? And if so, which of its rules (`docs/sandbox.md`)."""

from __future__ import annotations

import functools
import re

from octavo.protocol.policy import ReadOnly, WorkspaceWrite, has_network, sandbox_mode
from octavo.sandbox.spec import SandboxSpec

_SIGNS = (
    b"operation not permitted",
    b"permission denied",
    b"read-only file system",
    b"seccomp",
    b"sandbox",
    b"landlock",
    b"failed to write file",
)
_ORDINARY_EXITS = (2, 126, 127)  # misuse, not executable, not found
_KILLED_BY_FILTER = 128 + 31  # SIGSYS


def is_likely_denied(
    *, exit_code: int, timed_out: bool, stdout: bytes, stderr: bytes, aggregated: bytes, linux: bool = True
) -> bool:
    """Whether a command that ran inside a sandbox looks as if the sandbox had stopped it; a guess by its words."""
    if exit_code == 0 or timed_out:
        return False
    if any(sign in text.lower() for text in (stderr, stdout, aggregated) for sign in _SIGNS):
        return True
    return exit_code not in _ORDINARY_EXITS and linux and exit_code == _KILLED_BY_FILTER


def explain_denial(spec: SandboxSpec, output: bytes) -> str:
    """One line for the user: which rule refused what, and which setting would allow it."""
    mode = sandbox_mode(spec.policy)
    text = output.decode(errors="replace")
    refused = _refused_path(text)
    if refused is not None and ("/.git" in f"/{refused}" or "/.codex" in f"/{refused}") and _is_writable_mode(spec):
        return (
            f"The sandbox ({mode}) keeps {refused} as it is: git's hooks and configuration, and .codex, are closed "
            'inside writable folders; `sandbox_mode = "danger-full-access"` would open them.'
        )
    if not has_network(spec.policy) and _network_pattern().search(text):
        return (
            f"The sandbox ({mode}) refused the network; `network_access = true` under `[sandbox_workspace_write]`, "
            'with `sandbox_mode = "workspace-write"`, would allow it.'
        )
    what = f"a change to {refused}" if refused else "something this command did"
    if isinstance(spec.policy, ReadOnly):
        return f'The sandbox (read-only) refused {what}; `sandbox_mode = "workspace-write"` would allow the workspace.'
    roots = ", ".join(dict.fromkeys(root.root for root in spec.roots))
    return (
        f"The sandbox ({mode}) refused {what}: only {roots} may be written; `writable_roots` under "
        "`[sandbox_workspace_write]` would add a folder."
    )


def _is_writable_mode(spec: SandboxSpec) -> bool:
    return isinstance(spec.policy, WorkspaceWrite) and spec.protections


def _refused_path(text: str) -> str | None:
    found = _path_pattern().search(text)
    return found["quoted"] or found["plain"] if found else None


@functools.cache
def _path_pattern() -> re.Pattern[str]:
    return re.compile(
        r"(?:['‘\"`](?P<quoted>[^'’\"`\n]+)['’\"`]|(?P<plain>[^\s:'\"]+)):? ?:? "
        r"(?:permission denied|read-only file system|operation not permitted|device or resource busy)",
        re.IGNORECASE,
    )


@functools.cache
def _network_pattern() -> re.Pattern[str]:
    return re.compile(
        r"could not resolve|resolve host|name resolution|getaddrinfo|connect|socket|network|EAI_AGAIN", re.IGNORECASE
    )
