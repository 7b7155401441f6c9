"""One run: a task in a tree of its own, from its prompt to a result (`docs/batch.md`, "Runs")."""

from __future__ import annotations

import time
from typing import Any

import msgspec

from octavo.config.choices import ConfigFlags
from octavo.config.config import Config
from octavo.engine.conversation import Conversation
from octavo.errors import OctavoError
from octavo.frontends.batch.results import Result
from octavo.frontends.batch.tasks import Task
from octavo.frontends.batch.trees import Tree, Trees, changes_in
from octavo.frontends.failures import error_info
from octavo.model.backend import ModelBackend
from octavo.protocol import events, ops
from octavo.protocol.turn_items import LocalImageInput, TextInput
from octavo.rollout.lines import timestamp_text
from octavo.runtime.runtime import Runtime

_UNREACHED = "Connection failed"
_PASSING = ("responseStreamDisconnected", "responseTooManyFailedAttempts", "httpConnectionFailed")


class Failed(msgspec.Struct, frozen=True):
    """How a turn failed; `passes` says that it may go better the next time."""

    message: str
    kind: Any = None
    passes: bool = False


async def run_task(runtime: Runtime, trees: Trees, task: Task, attempt: int, *, saves: bool) -> tuple[Result, bool]:
    """Run a task once; the result, and whether another attempt may go better."""
    began, started_at = time.monotonic(), timestamp_text(int(time.time() * 1000))
    result = Result(task.id, "failed", attempt, started_at=started_at, digest=task.digest)
    try:
        async with trees.tree(task) as tree:
            result, passes = await _in_tree(runtime, task, tree, result, saves=saves)
    except OctavoError as error:
        result, passes = msgspec.structs.replace(result, error=str(error)), False
    except OSError as error:  # a full disk, say: it is this task's failure, and no reason to drop the others
        result, passes = msgspec.structs.replace(result, error=error.strerror or str(error)), False
    return msgspec.structs.replace(result, seconds=round(time.monotonic() - began, 3)), passes


async def _in_tree(runtime: Runtime, task: Task, tree: Tree, result: Result, *, saves: bool) -> tuple[Result, bool]:
    config = _config(runtime, task, tree)
    conversation = await runtime.open(config, saves=saves, backend=_backend(task))
    try:
        message, failed = await _turn(conversation, task)
        usage = conversation.usage.info
    finally:
        await conversation.close()
    done = msgspec.structs.replace(
        result,
        status="completed" if failed is None else "failed",
        final_message=message,
        error=None if failed is None else failed.message,
        error_kind=None if failed is None else failed.kind,
        diff=await changes_in(tree),
        commit=tree.commit,
        usage=None if usage is None else usage.total_token_usage,
        session_id=conversation.id if saves else None,
    )
    return done, failed is not None and failed.passes


def _config(runtime: Runtime, task: Task, tree: Tree) -> Config:
    """The settings of the batch, then the task's. Nobody is there to be asked."""
    started_with = runtime.sources.flags
    flags = ConfigFlags(
        cwd=tree.cwd,
        model=task.model or started_with.model,
        profile=started_with.profile,
        sandbox_mode=task.sandbox or started_with.sandbox_mode,
        approval_policy="never",
    )
    return runtime.derive(flags, task.overrides)


def _backend(task: Task) -> ModelBackend | None:
    if task.replay is None:
        return None
    from octavo.model.scripted import ScriptedBackend

    return ScriptedBackend.from_file(task.replay)


async def _turn(conversation: Conversation, task: Task) -> tuple[str | None, Failed | None]:
    """The last words, and how the turn failed if it did."""
    pictures = tuple(LocalImageInput(image) for image in task.images)
    turn_id = await conversation.submit(ops.UserInputOp((*pictures, TextInput(task.prompt)), task.output_schema))
    failed: Failed | None = None
    async for event in conversation.subscribe():
        if event.id != turn_id:
            continue
        match event.msg:
            case events.Error() as error:
                kind = error_info(error)
                name = next(iter(kind)) if isinstance(kind, dict) else kind
                failed = Failed(error.message, kind, name in _PASSING or error.message.startswith(_UNREACHED))
            case events.TaskComplete(last_agent_message=message):
                return message, failed
            case events.TurnAborted():
                return None, failed or Failed("the turn was interrupted")
    return None, failed or Failed("the conversation ended", passes=True)
