"""What the model is told before the user's words, above all where it works (`docs/history.md`).

The first description is whole; later ones hold only what changed, so that
everything before them stays the same byte for byte.
"""

from __future__ import annotations

import os

import msgspec

from octavo.config.config import Config
from octavo.engine.project_docs import instructions_message
from octavo.protocol.items import InputText, Message, ResponseItem, user_message
from octavo.protocol.policy import (
    ApprovalPolicy,
    SandboxMode,
    SandboxPolicy,
    configured_roots,
    has_network,
    sandbox_mode,
)
from octavo.protocol.settings import SessionSettings


class Environment(msgspec.Struct, frozen=True):
    """The facts that the description can name; None where it does not."""

    cwd: str | None = None
    approval_policy: ApprovalPolicy | None = None
    sandbox_mode: SandboxMode | None = None
    network_access: bool | None = None
    writable_roots: tuple[str, ...] = ()
    shell: str | None = None


def initial_items(
    config: Config, instructions: str | None, settings: SessionSettings, shell: str | None
) -> list[ResponseItem]:
    """What a conversation, and what follows a summary, begins with.

    Developer instructions and the user's instructions if there are any, and the environment.
    """
    items: list[ResponseItem] = []
    if config.developer_instructions:
        items.append(Message("developer", (InputText(config.developer_instructions),)))
    if instructions:
        items.append(instructions_message(instructions))
    items.append(whole_environment(settings, shell))
    return items


def whole_environment(settings: SessionSettings, shell: str | None) -> Message:
    """The description at the start of a conversation."""
    environment = _with_sandbox(
        Environment(cwd=settings.cwd, approval_policy=settings.approval_policy, shell=shell), settings.sandbox_policy
    )
    return _message(environment)


def environment_update(before: SessionSettings, now: SessionSettings) -> Message | None:
    """What changed between two turns; None when nothing that the model is told of did."""
    told = (now.cwd, now.approval_policy, _told_of(now.sandbox_policy))
    if told == (before.cwd, before.approval_policy, _told_of(before.sandbox_policy)):
        return None
    environment = Environment(
        cwd=now.cwd if now.cwd != before.cwd else None,
        approval_policy=now.approval_policy if now.approval_policy != before.approval_policy else None,
    )
    if now.sandbox_policy != before.sandbox_policy:
        environment = _with_sandbox(environment, now.sandbox_policy)
    return _message(environment)


def login_shell_name(uid: int) -> str | None:
    """`zsh` or `bash` where the password database names one of them."""
    import pwd

    try:
        name = os.path.basename(pwd.getpwuid(uid).pw_shell)
    except KeyError:
        return None
    return name if name in ("zsh", "bash") else None


def render(environment: Environment) -> str:
    """The text: one line for each fact that is set."""
    lines = ["<environment_context>"]
    if environment.cwd is not None:
        lines.append(f"  <cwd>{environment.cwd}</cwd>")
    if environment.approval_policy is not None:
        lines.append(f"  <approval_policy>{environment.approval_policy}</approval_policy>")
    if environment.sandbox_mode is not None:
        lines.append(f"  <sandbox_mode>{environment.sandbox_mode}</sandbox_mode>")
    if environment.network_access is not None:
        word = "enabled" if environment.network_access else "restricted"
        lines.append(f"  <network_access>{word}</network_access>")
    if environment.writable_roots:
        roots = (f"    <root>{root}</root>" for root in environment.writable_roots)
        lines += ["  <writable_roots>", *roots, "  </writable_roots>"]
    if environment.shell is not None:
        lines.append(f"  <shell>{environment.shell}</shell>")
    return "\n".join([*lines, "</environment_context>"])


def _with_sandbox(environment: Environment, policy: SandboxPolicy) -> Environment:
    mode, network, roots = _told_of(policy)
    return msgspec.structs.replace(environment, sandbox_mode=mode, network_access=network, writable_roots=roots)


def _told_of(policy: SandboxPolicy) -> tuple[SandboxMode, bool, tuple[str, ...]]:
    return sandbox_mode(policy), has_network(policy), configured_roots(policy)


def _message(environment: Environment) -> Message:
    return user_message(InputText(render(environment)))
