"""Chat payloads as the agent builds them, for a local model."""

from __future__ import annotations

from typing import Any

from octavo.config.providers import ModelProvider
from octavo.model.backend import ChatPayload, ModelRequest
from octavo.protocol.ids import ConversationId

ENVIRONMENT = "<environment_context>\n  <cwd>/home/u/proj</cwd>\n  <shell>bash</shell>\n</environment_context>"
DOCUMENTS = "<user_instructions>\n\nAlways write tests.\n\n</user_instructions>"

SHELL_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "command": {"type": "array", "items": {"type": "string"}, "description": "The command to run"},
        "justification": {"type": "string"},
        "timeout_ms": {"type": "number"},
        "with_escalated_permissions": {"type": "boolean"},
        "workdir": {"type": "string"},
    },
    "required": ["command"],
    "additionalProperties": False,
}
PLAN_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "plan": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"status": {"type": "string"}, "step": {"type": "string"}},
                "required": ["step", "status"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["plan"],
    "additionalProperties": False,
}


def tool(name: str, parameters: dict[str, Any], description: str = "Does\n  it.") -> dict[str, Any]:
    function = {"name": name, "description": description, "strict": False, "parameters": parameters}
    return {"type": "function", "function": function}


TOOLS = [
    tool("shell", SHELL_SCHEMA, "Runs a shell command and returns its output."),
    tool("update_plan", PLAN_SCHEMA),
    tool("view_image", {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}),
]


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def call(arguments: str, name: str = "shell") -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "type": "function", "function": function}]}


def output(content: Any) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": "c", "content": content}


def payload(*messages: dict[str, Any], tools: list[dict[str, Any]] | None = None) -> ChatPayload:
    opening = [{"role": "system", "content": "A very long prompt. " * 2000}, user(DOCUMENTS), user(ENVIRONMENT)]
    return ChatPayload("local", [*opening, *messages], True, TOOLS if tools is None else tools)


def request(*messages: dict[str, Any], tools: list[dict[str, Any]] | None = None, deltas: bool = True) -> ModelRequest:
    provider = ModelProvider(name="Embedded")
    return ModelRequest(0, "chat", payload(*messages, tools=tools), provider, ConversationId("c-1"), deltas=deltas)
