"""The system prompt of a model call (`docs/models.md`).

The same settings give the same text, byte for byte, so that providers can cache it.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable

from octavo.model.families import ModelFamily
from octavo.model.prompt import FreeformTool, FunctionTool, ToolSpec


def instructions_for(family: ModelFamily, tools: Iterable[ToolSpec], override: str | None) -> str:
    """`override`, else the family's own prompt with what it has to know about patches.

    Families that have to be told how patches are written are told if no tool named
    `apply_patch` is offered.
    """
    if override is not None:
        return override
    prompt = read_prompt(family.prompt)
    if family.needs_patch_instructions and not any(_is_patch_tool(tool) for tool in tools):
        prompt += "\n" + read_prompt("apply_patch")
    return prompt


def _is_patch_tool(tool: ToolSpec) -> bool:
    return isinstance(tool, FunctionTool | FreeformTool) and tool.name == "apply_patch"


@functools.cache
def read_prompt(name: str) -> str:
    """A text of `octavo/prompts`, by its name without `.md`."""
    # Plain files beside the package: importlib.resources would cost every start several milliseconds.
    folder = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "prompts")
    with open(os.path.join(folder, f"{name}.md"), encoding="utf-8") as file:
        return file.read()
