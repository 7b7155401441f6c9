"""Agents as tools: the model hands a task to another agent and gets its last words (`docs/agents.md`).

Each call is a sub-conversation (`engine.delegate`) that ends with it. To clients it is a call of the
tool NAME of the server `agents`, and what the agent runs and changes shows beside it, its calls under
names that no other call of the turn has. Several may work side by side; how many, how deep they may
nest and what each may take is limited. None may do more than the turn that calls it.
"""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from octavo.config.config import Agent, Config
from octavo.engine.active_turn import ActiveTurn
from octavo.engine.delegate import MAX_DEPTH, Delegate, delegate
from octavo.engine.session import Session
from octavo.errors import OctavoError
from octavo.protocol import events
from octavo.protocol.policy import DangerFullAccess, ReadOnly, SandboxMode, SandboxPolicy, WorkspaceWrite
from octavo.protocol.source import OtherSubAgent, SubAgentSource
from octavo.protocol.turn_items import TextInput
from octavo.tools.arguments import parse_arguments
from octavo.tools.context import Invocation, Tool, ToolResult
from octavo.tools.errors import FatalToolError, RespondToModel
from octavo.tools.file_undo import undoable
from octavo.tools.schema import function_tool, string

SERVER = "agents"
"""The server under whose name clients see the calls of agents."""
PREFIX = "agent_"
"""What the name of an agent's tool begins with."""

_SHOWN = (
    events.ExecCommandBegin,
    events.ExecCommandOutputDelta,
    events.ExecCommandEnd,
    events.PatchApplyBegin,
    events.PatchApplyEnd,
    events.McpToolCallBegin,
    events.McpToolCallEnd,
    events.ViewImageToolCall,
)
_SAID = (events.StreamError, events.BackgroundEvent, events.Warning)


class SubAgent(msgspec.Struct, frozen=True):
    """An agent and the tools that the program around us gives it."""

    agent: Agent
    tools: tuple[Tool, ...] = ()


class AgentSlots:
    """How many agents of one nest of conversations may still start."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._free = asyncio.Semaphore(number)

    @asynccontextmanager
    async def one(self, *, wait: bool) -> AsyncIterator[None]:
        """A place for as long as the block runs. Without `wait`, raises `RespondToModel` where none is free.

        Only who holds no place itself may wait: others might wait for each other.
        """
        if not wait and self._free.locked():
            raise RespondToModel(f"{self._number} agents work already; do it yourself or try again later")
        async with self._free:
            yield


class _Arguments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    task: str


def agent_tools(session: Session) -> tuple[Tool, ...]:
    """A tool for each agent that this conversation may ask; none where it is nested as deep as may be."""
    agents = session.config.agents
    if session.services.depth >= min(agents.max_depth, MAX_DEPTH):
        return ()
    own = {one.agent.name: one for one in session.services.agents}
    every = {**{name: SubAgent(agent) for name, agent in agents.named.items()}, **own}
    slots = session.services.agent_slots or AgentSlots(agents.max_threads)
    return tuple(_tool(session, slots, every[name]) for name in sorted(every))


def _tool(session: Session, slots: AgentSlots, sub_agent: SubAgent) -> Tool:
    agent = sub_agent.agent
    spec = function_tool(
        PREFIX + agent.name,
        f"Hands a task to another agent, which works on it by itself and answers once. {agent.description}",
        {"task": string("The whole task: the agent knows nothing of this conversation.")},
        ["task"],
    )
    return Tool(spec.name, functools.partial(_call, session, slots, sub_agent), spec, parallel=True)


async def _call(session: Session, slots: AgentSlots, sub_agent: SubAgent, invocation: Invocation) -> ToolResult:
    task, turn = parse_arguments(invocation, _Arguments).task, session.active
    if turn is None or turn.id != invocation.turn.turn_id:
        raise FatalToolError("there is no turn to ask an agent in")
    told = events.McpInvocation(SERVER, sub_agent.agent.name, {"task": task})
    if session.rarer_hooks is not None:
        reason, task = await session.rarer_hooks.subagent_start(turn.id, invocation.call_id, sub_agent.agent.name, task)
        if reason is not None:
            raise RespondToModel(f"the agent was not started, a hook stopped it: {reason}")
    async with slots.one(wait=session.services.depth == 0):
        invocation.emit(events.McpToolCallBegin(invocation.call_id, told))
        start = time.monotonic()
        try:
            async with undoable(invocation):
                words, failure = await _work(session, slots, turn, sub_agent, invocation, task)
        except OctavoError as error:  # it could not be started
            words, failure = None, str(error)
    spent = events.duration(time.monotonic() - start)
    if failure is not None:
        text = f"the agent did not finish: {failure}" + (f"\nIts last words: {words}" if words else "")
        outcome = events.McpOutcome(err=text)
    else:
        text = words or "the agent is done and said nothing"
        outcome = events.McpOutcome(ok=events.McpToolResult(({"type": "text", "text": text},)))
    end = events.McpToolCallEnd(invocation.call_id, told, spent, outcome)
    return ToolResult(text, failure is None, (end,))


async def _work(
    session: Session, slots: AgentSlots, turn: ActiveTurn, sub_agent: SubAgent, invocation: Invocation, task: str
) -> tuple[str | None, str | None]:
    """Let it work; its last words, and why it did not finish, if it did not."""
    agent = sub_agent.agent
    child = delegate(
        session,
        turn,
        _config(turn, agent),
        SubAgentSource(OtherSubAgent(agent.name)),
        token_budget=agent.max_tokens,
        tools=sub_agent.tools,
        agents=session.services.agents,
        slots=slots,
        named=lambda call_id: f"{invocation.call_id}/{call_id}",
    )
    async with child as running:
        count = 1
        while True:
            words, failure = await _listen(session, running, turn.id, agent, invocation.call_id, task)
            hooks = session.rarer_hooks
            if hooks is None or failure is not None:
                return words, failure
            more = await hooks.subagent_stop(turn.id, invocation.call_id, agent.name, words, count)
            if more is None:
                return words, failure
            task, count = more, count + 1


async def _listen(
    session: Session, child: Delegate, turn_id: str, agent: Agent, call_id: str, task: str
) -> tuple[str | None, str | None]:
    words: str | None = None
    failure: str | None = None
    async for event in child.run_once((TextInput(task),)):
        match event.msg:
            case events.TaskComplete(last_agent_message=text):
                # Who has last words finished: an error on the way, such as that of a summary, ended nothing.
                return text or words, failure if text is None else None
            case events.TurnAborted():
                spent = agent.max_tokens is not None and failure is None
                why = f"its budget of {agent.max_tokens} tokens is spent" if spent else "it was stopped"
                return words, failure or why
            case events.AgentMessage(message=text):
                words = text
            case events.Error(message=text):
                failure = text
            case events.TokenCount(info=info) if info is not None:
                from octavo.protocol.asides import AgentUsage  # few turns ask an agent

                session.forward(turn_id, AgentUsage(call_id, info.total_token_usage))
            case msg if isinstance(msg, _SHOWN):
                session.forward(turn_id, msgspec.structs.replace(msg, call_id=f"{call_id}/{msg.call_id}"))
            case events.Aside() as msg:
                from octavo.protocol.asides import about_call  # whoever told it has loaded that

                session.forward(turn_id, about_call(msg, lambda own: f"{call_id}/{own}"))
            case msg if isinstance(msg, _SAID):
                session.forward(turn_id, msg)
    return words, failure


def _config(turn: ActiveTurn, agent: Agent) -> Config:
    """The parent's configuration and the turn's settings, with what the agent has of its own.

    Raises `OctavoError` for a model provider that is not configured.
    """
    config, settings = turn.context.config, turn.context.settings
    changes: dict[str, object] = {
        "model": agent.model,
        "model_reasoning_effort": agent.model_reasoning_effort,
        "model_reasoning_summary": agent.model_reasoning_summary,
        "developer_instructions": agent.developer_instructions,
        "mcp_servers": agent.mcp_servers,
    }
    if agent.model_provider is not None:
        from octavo.config.providers import choose_provider

        changes["model_provider_id"] = agent.model_provider
        changes["model_provider"] = choose_provider(config.model_providers, agent.model_provider)
    base: dict[str, object] = {
        "model": settings.model,
        "model_reasoning_effort": settings.effort,
        "model_reasoning_summary": settings.summary,
        "cwd": settings.cwd,
        "approval_policy": settings.approval_policy,
        "granular_approval": settings.granular,
        "approvals_reviewer": settings.approvals_reviewer,
        "sandbox_policy": _narrower(settings.sandbox_policy, agent.sandbox_mode),
        "deprecations": (),
        "notify": (),
        "features": msgspec.structs.replace(config.features, ghost_commit=False),
    }
    own = {key: value for key, value in changes.items() if value is not None}
    return msgspec.structs.replace(config, **{**base, **own})


def _narrower(policy: SandboxPolicy, mode: SandboxMode | None) -> SandboxPolicy:
    """The turn's policy, or what the agent asks for where that allows less."""
    if mode == "read-only":
        return ReadOnly()
    if mode == "workspace-write" and isinstance(policy, DangerFullAccess):
        return WorkspaceWrite()
    return policy
