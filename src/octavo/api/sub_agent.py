"""Agents that an agent may hand tasks to, given by the program (`docs/agents.md`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from octavo.api.errors import BadTool
from octavo.api.tools import python_tools
from octavo.protocol.policy import SandboxMode


class SubAgent:
    """Another agent, offered to the model as the tool `agent_NAME`.

    `description` tells the model what it is for. What is not given is as in the turn that calls it; `sandbox` counts
    where it allows less. `max_tokens` bounds what one task may take. Raises `BadTool`.
    """

    def __init__(
        self,
        name: str,
        description: str,
        *,
        instructions: str | None = None,
        model: str | None = None,
        effort: str | None = None,
        sandbox: SandboxMode | None = None,
        max_tokens: int | None = None,
        tools: Iterable[Any] = (),
    ) -> None:
        import re

        if not re.fullmatch(r"[A-Za-z0-9_-]{1,48}", name):
            raise BadTool(f"{name!r} is no name for an agent: up to 48 letters, digits, `_` and `-`")
        self.name, self.description = name, description
        self._own = {
            "developer_instructions": instructions,
            "model": model,
            "model_reasoning_effort": effort,
            "sandbox_mode": sandbox,
            "max_tokens": max_tokens,
        }
        _check(name, self._own)
        self._tools = python_tools(tools)

    def as_sub_agent(self) -> Any:
        """What the engine takes."""
        from octavo.config.config import Agent as Described
        from octavo.engine.sub_agents import SubAgent as Offered

        described = Described(name=self.name, description=self.description, **self._own)  # type: ignore[arg-type]
        return Offered(described, tuple(tool.as_tool() for tool in self._tools))


def _check(name: str, own: dict[str, Any]) -> None:
    """Raises `BadTool`: a sandbox that is not known must not be a wider one."""
    from octavo.config.agents import AgentFile
    from octavo.config.toml import convert_tree
    from octavo.errors import ConfigError

    try:
        tokens = convert_tree({key: value for key, value in own.items() if value is not None}, AgentFile).max_tokens
    except ConfigError as error:
        reason = str(error).replace("\n", " ")
        raise BadTool(f"{name}: {reason}") from None
    if tokens is not None and tokens < 1:
        raise BadTool(f"{name}: max_tokens has to be at least 1")
