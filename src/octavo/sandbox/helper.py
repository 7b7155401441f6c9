"""The form `codex-linux-sandbox`: confine this process, then become a command (`docs/sandbox.md`).

    codex-linux-sandbox --sandbox-policy-cwd ABS --sandbox-policy JSON -- ARGV...

Other programs call it by that name, so its arguments, exit codes and texts are
fixed. It replaces itself, so nobody is there afterwards to remove placeholders:
a protected path that does not exist yet is not protected in this form.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import msgspec

from octavo.protocol.policy import SandboxPolicy, has_network

_USAGE = "Usage: codex-linux-sandbox --sandbox-policy-cwd <DIR> --sandbox-policy <JSON> [-- <COMMAND>...]"
_CWD, _POLICY = "--sandbox-policy-cwd", "--sandbox-policy"


def run_helper(argv: list[str]) -> NoReturn:
    """Run the helper; `argv` begins with its name.

    Exits with 2 and the usage for bad arguments, with 101 when it cannot confine or start the command.
    """
    from octavo.sandbox.execute import confine_and_execute, give_up

    options, command = _parsed(argv[1:])
    policy = _decoded_policy(options[_POLICY])
    if not command:
        give_up("No command specified to execute.")
    if sys.platform != "linux":
        give_up("error running landlock: it exists on Linux only")
    from octavo.sandbox.linux.broker import start_broker
    from octavo.sandbox.linux.confine import prepare, wants_private_network
    from octavo.sandbox.linux.kernel import Kernel
    from octavo.sandbox.linux.private_network import keep_sockets_back
    from octavo.sandbox.roots import writable_roots
    from octavo.sandbox.spec import SandboxSpec, confinement

    cwd = options[_CWD]
    plan = confinement(SandboxSpec(policy, cwd, writable_roots(policy, cwd, os.environ)))
    kernel = Kernel()
    encoded = [os.fsencode(word) for word in command]
    view = prepare(plan, kernel, watched=False).view
    broker = start_broker(orphaned=True) if wants_private_network(plan, kernel) else None
    if not has_network(policy):
        keep_sockets_back()
    confine_and_execute(encoded, os.environb, os.getcwdb(), plan, kernel, view, broker)


def _parsed(arguments: list[str]) -> tuple[dict[str, str], list[str]]:
    """The two options, and the command that follows `--` or the first word that is no option."""
    options: dict[str, str] = {}
    rest = list(arguments)
    while rest and rest[0] != "--" and rest[0].startswith("-"):
        name, has_value, value = rest.pop(0).partition("=")
        if name not in (_CWD, _POLICY):
            _misused(f"unexpected argument '{name}'")
        if not has_value:
            if not rest:
                _misused(f"a value is required for '{name}'")
            value = rest.pop(0)
        options[name] = value
    for name in (_CWD, _POLICY):
        if name not in options:
            _misused(f"the required argument '{name}' was not provided")
    return options, rest[1:] if rest[:1] == ["--"] else rest


def _decoded_policy(text: str) -> SandboxPolicy:
    try:
        policy: SandboxPolicy = msgspec.json.decode(text, type=SandboxPolicy)
    except msgspec.MsgspecError as error:
        _misused(f"invalid value for '{_POLICY}': {error}")
    return policy


def _misused(reason: str) -> NoReturn:
    os.write(2, os.fsencode(f"error: {reason}\n\n{_USAGE}\n"))
    os._exit(2)
