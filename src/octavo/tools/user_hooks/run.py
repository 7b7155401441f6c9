"""Running one hook, and what its end means (`docs/hooks.md`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from octavo.errors import OctavoError
from octavo.files.programs import outside_path
from octavo.process.run import run_command
from octavo.protocol.json_text import encode_json
from octavo.sandbox.spec import SandboxSpec
from octavo.tools.user_hooks.definitions import Hook

BLOCKS = 2
_TAKES_PLAIN_TEXT = ("SessionStart", "UserPromptSubmit", "SubagentStart")
_MOST_TEXT = 64 * 1024


class Answer(msgspec.Struct, frozen=True):
    """What a hook said: a reason against what happens, words for the model, words for the user, or how it failed.

    `allows`: it says yes in the user's place.
    """

    reason: str | None = None
    context: str | None = None
    message: str | None = None
    failure: str | None = None
    allows: bool = False


async def run_hook(
    hook: Hook, told: Mapping[str, Any], cwd: str, environ: Mapping[str, str], sandbox: SandboxSpec | None
) -> Answer:
    """Run the hook with `told` as JSON on stdin; it is ended when its time is over."""
    variables = dict(environ)
    # No program that a command has put somewhere, where the hook could do more than that, or let it do more.
    if (sandbox is None or hook.event == "PermissionRequest") and "PATH" in variables:
        variables["PATH"] = outside_path(variables["PATH"], cwd)
    try:
        output = await run_command(
            ("/bin/sh", "-c", hook.command),
            cwd=cwd,
            environ=variables,
            sandbox=sandbox,
            timeout_ms=int(hook.timeout * 1000),
            on_output=lambda stream, chunk: None,
            stdin=encode_json(told),
        )
    except (OctavoError, OSError) as error:
        return Answer(failure=str(error))
    if output.timed_out:
        return Answer(failure=f"it took longer than {hook.timeout:g} seconds")
    said = output.stderr.decode("utf-8", "replace").strip()[:_MOST_TEXT]
    if output.exit_code == BLOCKS:
        return Answer(reason=said or "it gave no reason")
    if output.exit_code != 0:
        return Answer(failure=f"exit code {output.exit_code}" + (f": {said.splitlines()[-1]}" if said else ""))
    return _read(hook.event, output.stdout.decode("utf-8", "replace").strip()[:_MOST_TEXT])


def _read(event: str, text: str) -> Answer:
    if not text:
        return Answer()
    try:
        answer = msgspec.json.decode(text)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        plain = event in _TAKES_PLAIN_TEXT
        return Answer(context=text if plain else None)
    specific = answer.get("hookSpecificOutput")
    specific = specific if isinstance(specific, dict) else {}
    reason = None
    if answer.get("decision") == "block":
        reason = _text(answer, "reason") or "it gave no reason"
    elif specific.get("permissionDecision") == "deny":
        reason = _text(specific, "permissionDecisionReason") or _text(answer, "reason") or "it gave no reason"
    elif answer.get("continue") is False:
        reason = _text(answer, "stopReason") or "it gave no reason"
    decision = specific.get("decision") if event == "PermissionRequest" else None
    behavior = decision.get("behavior") if isinstance(decision, dict) else None
    if isinstance(decision, dict) and behavior == "deny":
        reason = _text(decision, "message") or "it gave no reason"
    allows = behavior == "allow" and reason is None
    return Answer(reason, _text(specific, "additionalContext"), _text(answer, "systemMessage"), allows=allows)


def _text(table: dict[str, Any], key: str) -> str | None:
    value = table.get(key)
    return value.strip() or None if isinstance(value, str) else None
