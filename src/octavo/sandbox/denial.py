"""Was it the sandbox? And if so, which of its rules (`docs/sandbox.md`)."""

from __future__ import annotations

import functools
import itertools
import os
import re

from octavo.protocol.policy import ReadOnly, WorkspaceWrite, has_network, sandbox_mode
from octavo.sandbox.roots import is_within
from octavo.sandbox.spec import SandboxSpec

_SIGNS = (
    b"operation not permitted",
    b"permission denied",
    b"read-only file system",
    b"seccomp",
    b"sandbox",
    b"landlock",
    b"failed to write file",
    b"network is unreachable",
    b"enetunreach",
    b"could not write config file",  # git's, when a mount on it keeps it from being exchanged
)
_ORDINARY_EXITS = (2, 126, 127)  # misuse, not executable, not found
_KILLED_BY_FILTER = 128 + 31  # SIGSYS
_LOOKED_AT = 32_768  # bytes at either end of an output
_MOST_MESSAGES = 50
_LONGEST_PATH = 300


def is_likely_denied(
    *, exit_code: int, timed_out: bool, stdout: bytes, stderr: bytes, aggregated: bytes, linux: bool = True
) -> bool:
    """Whether a command that ran inside a sandbox looks as if the sandbox had stopped it; a guess by its words."""
    if exit_code == 0 or timed_out:
        return False
    if any(sign in text.lower() for text in (stderr, stdout, aggregated) for sign in _SIGNS):
        return True
    return exit_code not in _ORDINARY_EXITS and linux and exit_code == _KILLED_BY_FILTER


def explain_denial(spec: SandboxSpec, output: bytes, cwd: str) -> str | None:
    """One line on which rule refused what to a command that ran in `cwd`, and which setting would allow it.

    None when nothing in `output` points to a rule of this sandbox: then the command failed by itself, and blaming the
    sandbox would lead astray (a log may well speak of sandboxes and permissions).
    """
    mode = sandbox_mode(spec.policy)
    ends = output if len(output) <= 2 * _LOOKED_AT else output[:_LOOKED_AT] + b"\n" + output[-_LOOKED_AT:]
    text = ends.decode(errors="replace")
    paths = _refused_paths(text)
    for path in paths:
        if _is_closed(spec, path, cwd):
            return (
                f"The sandbox ({mode}) keeps {_shown(path)} as it is: git's hooks and configuration, and .codex, are "
                "closed in writable folders; `protect_repository = false` under `[sandbox_workspace_write]` opens them."
            )
        if _is_outside(spec, path, cwd):
            return f"The sandbox ({mode}) refused a change to {_shown(path)}{_remedy(spec)}"
    if not has_network(spec.policy) and _network_pattern().search(text):
        return (
            f"The sandbox ({mode}) refused the network; `network_access = true` under `[sandbox_workspace_write]`, "
            'with `sandbox_mode = "workspace-write"`, would allow it.'
        )
    if not paths and _refusal_pattern().search(text):
        return f"The sandbox ({mode}) may have refused something{_remedy(spec)}"
    return None


def _shown(path: str) -> str:
    """The path on one line: a command chose it, and it must not steer a terminal."""
    return "".join(character if character.isprintable() else "\ufffd" for character in path)


def _remedy(spec: SandboxSpec) -> str:
    if isinstance(spec.policy, ReadOnly):
        return '; `sandbox_mode = "workspace-write"` would allow the workspace.'
    roots = ", ".join(dict.fromkeys(root.root for root in spec.roots))
    return f": only {roots} may be written; `writable_roots` under `[sandbox_workspace_write]` would add a folder."


def _is_closed(spec: SandboxSpec, path: str, cwd: str) -> bool:
    """Whether it is one of the paths that stay closed inside writable folders."""
    if not isinstance(spec.policy, WorkspaceWrite) or not spec.protections:
        return False
    folded = f"{os.path.join(cwd, path)}/"
    return "/.codex/" in folded or ("/.git/" in folded and _guarded_pattern().search(folded) is not None)


def _is_outside(spec: SandboxSpec, path: str, cwd: str) -> bool:
    """Whether the sandbox forbids to write there, and nothing but the sandbox."""
    real = os.path.realpath(os.path.join(cwd, path))
    if any(is_within(real, os.path.realpath(root.root)) for root in spec.roots):
        return False
    while not os.path.lexists(real) and real != "/":
        real = os.path.dirname(real)
    return os.access(real, os.W_OK)


def _refused_paths(text: str) -> list[str]:
    """What messages of refusal are about, in order. Each message is looked at by itself, so the time stays small."""
    paths = []
    for refusal in itertools.islice(_refusal_pattern().finditer(text), _MOST_MESSAGES):
        before = text[max(refusal.start() - _LONGEST_PATH, 0) : refusal.start()].rpartition("\n")[2]
        if found := _path_pattern().search(before):
            paths.append(found["quoted"] or found["plain"])
    patched = itertools.islice(_patch_pattern().finditer(text), _MOST_MESSAGES)
    named = (*paths, *(found[1][-_LONGEST_PATH:] for found in patched))
    return [path for path in named if "\0" not in path]  # nothing on a disk is called so


@functools.cache
def _path_pattern() -> re.Pattern[str]:
    return re.compile(r"(?:['‘\"`](?P<quoted>[^'’\"`]+)['’\"`]|(?P<plain>[^\s:'\"]+)):? ?:? $")


@functools.cache
def _patch_pattern() -> re.Pattern[str]:
    return re.compile(
        r"failed to (?:write file|create parent directories for|delete file|remove original) ([^\n]+)", re.IGNORECASE
    )


@functools.cache
def _guarded_pattern() -> re.Pattern[str]:
    return re.compile(r"/\.git/(?:(?:.*/)?(?:hooks|config|config\.worktree|commondir)(?:\.lock)?/.*)?$", re.DOTALL)


@functools.cache
def _network_pattern() -> re.Pattern[str]:
    return re.compile(
        r"could not resolve|resolve host|name resolution|getaddrinfo|EAI_AGAIN|network is unreachable|ENETUNREACH"
        r"|\b(?:socket|connect|bind|listen|sendto|network)\b.{0,400}?operation not permitted",
        re.IGNORECASE | re.DOTALL,
    )


@functools.cache
def _refusal_pattern() -> re.Pattern[str]:
    return re.compile(
        r"operation not permitted|read-only file system|permission denied(?! ?\()|device or resource busy",
        re.IGNORECASE,
    )
