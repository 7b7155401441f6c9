"""The body of a Chat Completions request (`docs/local-models.md`). Pure; encoding is `payload.encode_payload`."""

from __future__ import annotations

from typing import Any

from octavo.model.backend import ChatPayload
from octavo.model.chat.messages import chat_messages
from octavo.model.errors import FinalModelError
from octavo.model.instructions import instructions_for
from octavo.model.prompt import FunctionTool, Prompt
from octavo.model.settings import ModelSettings


def build_chat_payload(prompt: Prompt, settings: ModelSettings) -> ChatPayload:
    """The body for a prompt. The model is named by its family; only function tools have a form on this wire.

    Raises `FinalModelError` for a prompt with an output schema, which this wire cannot ask for.
    """
    if prompt.output_schema is not None:
        raise FinalModelError("unsupported operation: output_schema is not supported for Chat Completions API")
    instructions = instructions_for(settings.family, prompt.tools, prompt.instructions)
    return ChatPayload(
        model=settings.family.slug,
        messages=chat_messages(instructions, prompt.items, merge_user_messages=settings.provider.merge_user_messages),
        stream=True,
        tools=[_function(tool) for tool in prompt.tools if isinstance(tool, FunctionTool)],
    )


def _function(tool: FunctionTool) -> dict[str, Any]:
    function = {
        "name": tool.name,
        "description": tool.description,
        "strict": tool.strict,
        "parameters": tool.parameters,
    }
    return {"type": "function", "function": function}
