"""A second opinion on a command that the sandbox stopped, for the user who is asked about it (`docs/sandbox.md`).

It never holds anything up for long and never fails a turn: without an answer
within five seconds the question goes out as if nobody had been asked.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from contextlib import aclosing
from typing import Any

import msgspec

from octavo.commands.quoting import quote_command
from octavo.model import events as model
from octavo.model.client import ModelClient
from octavo.model.errors import ModelError
from octavo.model.instructions import read_prompt
from octavo.model.prompt import Prompt
from octavo.protocol.events import CommandRisk, RiskCategory, RiskLevel
from octavo.protocol.items import InputText, Message, encode_item, message_text, user_message
from octavo.protocol.policy import SandboxPolicy, WorkspaceWrite, configured_roots, sandbox_mode
from octavo.tools.context import TurnContext
from octavo.tools.telemetry import AssessmentStatus

LIMIT_SECONDS = 5.0
CATEGORIES = (
    "data_deletion",
    "data_exfiltration",
    "privilege_escalation",
    "system_modification",
    "network_access",
    "resource_exhaustion",
    "compliance",
)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["description", "risk_level", "risk_categories"],
    "properties": {
        "description": {"type": "string", "minLength": 1, "maxLength": 500},
        "risk_level": {"type": "string", "enum": ["low", "medium", "high"]},
        "risk_categories": {"type": "array", "items": {"type": "string", "enum": list(CATEGORIES)}},
    },
    "additionalProperties": False,
}

log = logging.getLogger(__name__)


class _Answer(msgspec.Struct, frozen=True):
    description: str
    risk_level: RiskLevel
    risk_categories: tuple[RiskCategory, ...] = ()


async def assess(
    client: ModelClient, turn: TurnContext, command: tuple[str, ...], cwd: str, failure: str
) -> tuple[CommandRisk | None, AssessmentStatus]:
    """Ask the turn's model, in a context of its own; no risk when it does not answer in time or in form."""
    message = user_message(InputText(facts(turn, command, cwd, failure)))
    prompt = Prompt(
        [message],
        [msgspec.Raw(encode_item(message))],
        instructions=read_prompt("assessment"),
        output_schema=SCHEMA,
    )
    text = ""
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            text = await _last_text(client, prompt)
        answer = msgspec.json.decode(text.strip(), type=_Answer)
    except (TimeoutError, ModelError, msgspec.DecodeError, RecursionError) as error:
        log.info("no risk assessment: %s", type(error).__name__)
        return None, _why_none(error, text)
    return CommandRisk(answer.description, answer.risk_level, answer.risk_categories or msgspec.UNSET), "success"


def _why_none(error: Exception, text: str) -> AssessmentStatus:
    match error:
        case TimeoutError():
            return "timeout"
        case ModelError():
            return "model_error"
        case _:
            return "parse_error" if text.strip() else "no_output"


async def _last_text(client: ModelClient, prompt: Prompt) -> str:
    text = ""
    async with aclosing(client.call(prompt)) as answer:
        async for event in answer:
            if isinstance(event, model.ItemDone) and isinstance(event.item, Message):
                text = message_text(event.item) or text
    return text


def facts(turn: TurnContext, command: tuple[str, ...], cwd: str, failure: str = "") -> str:
    """What is known of a command that the sandbox stopped, or would."""
    roots = sorted({turn.settings.cwd, *configured_roots(turn.settings.sandbox_policy)})
    lines = [
        f"Platform: {'macos' if sys.platform == 'darwin' else sys.platform}",
        f"Sandbox policy: {_policy_name(turn.settings.sandbox_policy)}",
        f"Filesystem roots: {', '.join(roots)}",
        f"Working directory: {cwd}",
        f"Command argv: {msgspec.json.encode(command).decode()}",
        f"Command (shell-joined): {quote_command(command)}",
    ]
    if failure.strip():
        lines.append(f"Sandbox failure message: failed in sandbox: {failure}")
    return "\n".join(lines)


def _policy_name(policy: SandboxPolicy) -> str:
    mode = sandbox_mode(policy)
    if isinstance(policy, WorkspaceWrite):
        return f"{mode} (network_access={'network' if policy.network_access else 'no-network'})"
    return mode
