"""The two tools, as clients see them; both speak in the words of models that call them (`docs/mcp-server.md`)."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def _text(description: str, choices: tuple[str, ...] = ()) -> Json:
    allowed = {"enum": list(choices)} if choices else {}
    return {"type": "string", **allowed, "description": description}


TOOLS: list[Json] = [
    {
        "name": "codex",
        "title": "Codex",
        "description": "Starts a conversation with a coding agent and gives it a first task. "
        "All properties but the prompt change the configuration of this conversation.",
        "inputSchema": {
            "type": "object",
            "properties": {
                "prompt": _text("The task, in plain words."),
                "model": _text("The model to work with, in place of the configured one."),
                "profile": _text("The profile of config.toml whose settings hold."),
                "cwd": _text("The folder to work in. A relative one starts at the folder of this server."),
                "approval-policy": _text(
                    "When the user is asked before a command runs.",
                    ("untrusted", "on-failure", "on-request", "never"),
                ),
                "sandbox": _text("What commands may touch.", ("read-only", "workspace-write", "danger-full-access")),
                "config": {
                    "type": "object",
                    "additionalProperties": True,
                    "description": "Any other settings of config.toml: dotted keys and their values.",
                },
                "base-instructions": _text("A system prompt in place of the built-in one."),
                "developer-instructions": _text("Instructions that stand before the first task."),
                "compact-prompt": _text("What asks for a summary when the conversation grows too long."),
            },
            "required": ["prompt"],
        },
    },
    {
        "name": "codex-reply",
        "title": "Codex Reply",
        "description": "Goes on with a conversation that the codex tool started.",
        "inputSchema": {
            "type": "object",
            "properties": {
                "conversationId": _text("Which conversation: the session id that its first event told."),
                "prompt": _text("What to say next."),
            },
            "required": ["conversationId", "prompt"],
        },
    },
]
