"""The list of tasks: what is to be done where, under which settings (`docs/batch.md`, "Tasks")."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from typing import Any

import msgspec

from octavo.config.overrides import Override, json_overrides
from octavo.errors import ConfigError, OctavoError
from octavo.frontends.jsonrpc.complaints import complaint
from octavo.frontends.jsonrpc.messages import NOT_JSON
from octavo.protocol.policy import SandboxMode

_LIMITS = ("max_turns", "max_tokens", "max_cost", "time_limit")


class BadTasks(OctavoError):
    """The list cannot be used; the text names the line."""


class _Limits(msgspec.Struct):
    max_turns: int | None = None
    max_tokens: int | None = None
    max_cost: float | None = None
    time_limit: str | int | None = None


class Task(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One run. `folder` or `repository` says where it works; without either it is the folder that batch is called in.

    `replay` is a recorded run that answers in the place of a model. `output_schema` is a JSON schema for the last
    message. `retries` stands for the number of the whole batch.
    """

    prompt: str
    id: str = ""
    folder: str | None = None
    repository: str | None = None
    commit: str | None = None
    model: str | None = None
    sandbox: SandboxMode | None = None
    config: dict[str, Any] = {}
    limits: dict[str, Any] = {}
    images: tuple[str, ...] = ()
    output_schema: Any = None
    replay: str | None = None
    retries: int | None = None
    digest: str = ""

    @property
    def overrides(self) -> tuple[Override, ...]:
        """Its settings as overrides of the configuration. Raises `ConfigError`."""
        return json_overrides({**self.config, **self.limits})


def read_tasks(path: str, folder: str) -> list[Task]:
    """The tasks of a file, in order; relative paths count from `folder`. Raises `BadTasks`."""
    tasks = list(_tasks(path, folder))
    if not tasks:
        raise BadTasks(f"{path} holds no task")
    seen: dict[str, int] = {}
    for number, task in enumerate(tasks, 1):
        if task.id in seen:
            raise BadTasks(f"{path}: tasks {seen[task.id]} and {number} have the same id, {task.id!r}")
        seen[task.id] = number
    return tasks


def _tasks(path: str, folder: str) -> Iterator[Task]:
    try:
        with open(path, "rb") as file:
            lines = file.read().split(b"\n")
    except OSError as error:
        raise BadTasks(f"cannot read {path}: {error.strerror}") from None
    number = 0
    for place, line in enumerate(lines, 1):
        if not line.strip():
            continue
        number += 1
        try:
            task = msgspec.json.decode(line, type=Task)
        except NOT_JSON as error:
            raise BadTasks(f"{path}:{place}: {complaint(error)}") from None
        try:
            yield _checked(task, number, folder, line)
        except (BadTasks, ConfigError) as error:
            raise BadTasks(f"{path}:{place}: {error}") from None


def _check_limits(given: dict[str, Any]) -> None:
    if not given:
        return
    from octavo.config.limits import checked_limits

    try:
        limits = msgspec.convert(given, _Limits)
    except msgspec.ValidationError as error:
        raise BadTasks(complaint(error)) from None
    checked_limits(limits.max_turns, limits.max_tokens, limits.max_cost, limits.time_limit, loop_guard=False)


def _checked(task: Task, number: int, folder: str, line: bytes) -> Task:
    if task.folder is not None and task.repository is not None:
        raise BadTasks("a task has a folder or a repository, not both")
    if not task.prompt.strip():
        raise BadTasks("the prompt is empty")
    if unknown := [name for name in task.limits if name not in _LIMITS]:
        raise BadTasks(f"unknown limit {unknown[0]!r}; there are {', '.join(_LIMITS)}")
    _check_limits({name: value for name, value in {**task.config, **task.limits}.items() if name in _LIMITS})
    if task.retries is not None and task.retries < 0:
        raise BadTasks("retries cannot be negative")
    _ = task.overrides
    return msgspec.structs.replace(
        task,
        id=task.id or str(number),
        folder=None if task.repository is not None else os.path.join(folder, task.folder or ""),
        images=tuple(os.path.join(folder, image) for image in task.images),
        replay=None if task.replay is None else os.path.join(folder, task.replay),
        digest=hashlib.sha256(line.strip()).hexdigest()[:16],
    )
