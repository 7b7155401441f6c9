"""Tasks in the cloud: where they can run, starting one, and the diff that one made (`docs/cloud.md`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from octavo.account.service import AccountService, BackendError, get_json, post_json
from octavo.auth.current import CurrentLogin
from octavo.errors import OctavoError
from octavo.http.client import HttpClient
from octavo.http.status import status_text
from octavo.http.wire import TransportError


class TaskError(OctavoError):
    """A task cannot be started or read; the text may take several lines."""


class CloudEnvironment(msgspec.Struct, frozen=True):
    """A place where tasks run."""

    id: str
    label: str | None = None


class _Text(msgspec.Struct, kw_only=True):
    content_type: str = "text"
    text: str


class _Message(msgspec.Struct, kw_only=True, tag="message"):
    role: str = "user"
    content: list[_Text]


class _Diff(msgspec.Struct):
    diff: str


class _PreApplyPatch(msgspec.Struct, tag="pre_apply_patch"):
    output_diff: _Diff


class _NewTask(msgspec.Struct):
    environment_id: str
    branch: str = "main"
    run_environment_in_qa_mode: bool = False


class _Attempts(msgspec.Struct):
    best_of_n: int


class _CreateTask(msgspec.Struct):
    new_task: _NewTask
    input_items: list[_Message | _PreApplyPatch]
    metadata: _Attempts | UnsetType = UNSET


class _Created(msgspec.Struct):
    task: dict[str, Any] | None = None
    id: str | None = None


async def find_environment(service: AccountService, wanted: str, github_repository: str | None) -> CloudEnvironment:
    """The environment with this id, else with this label in any case. Raises `TaskError`, `BackendError`, `NoAccount`.

    `github_repository` is the `owner/name` of the present checkout; its environments come first.
    """
    wanted = wanted.strip()
    if not wanted:
        raise TaskError("environment id must not be empty")
    environments = await _environments(service, github_repository)
    if not environments:
        raise TaskError("no cloud environments are available for this workspace")
    for environment in environments:
        if environment.id == wanted:
            return environment
    labelled = [one for one in environments if one.label is not None and one.label.lower() == wanted.lower()]
    if not labelled:
        raise TaskError(f"environment '{wanted}' not found; `octavo cloud` lists the available environments")
    if len({one.id for one in labelled}) > 1:
        raise TaskError(f"environment label '{wanted}' is ambiguous; `octavo cloud` lists the ids of environments")
    return labelled[0]


async def list_environments(service: AccountService) -> tuple[CloudEnvironment, ...]:
    """All environments of the workspace. Raises `BackendError` and `NoAccount`."""
    return await get_json(service, "/environments", tuple[CloudEnvironment, ...])


async def create_task(
    service: AccountService, environment: CloudEnvironment, query: str, *, attempts: int = 1, starting_diff: str = ""
) -> str:
    """Start a task; its id. Raises `TaskError`, `BackendError` and `NoAccount`."""
    items: list[_Message | _PreApplyPatch] = [_Message(content=[_Text(text=query)])]
    if starting_diff:
        items.append(_PreApplyPatch(_Diff(starting_diff)))
    body = _CreateTask(_NewTask(environment.id), items, _Attempts(attempts) if attempts > 1 else UNSET)
    created = await post_json(service, "/tasks", body, _Created)
    task_id = (created.task or {}).get("id") or created.id
    if not isinstance(task_id, str):
        raise TaskError("the service started a task and did not say which")
    return task_id


def task_url(base_url: str, task_id: str) -> str:
    """Where a person looks at a task."""
    root = base_url.rstrip("/")
    for suffix in ("/backend-api", "/api/codex"):
        root = root.removesuffix(suffix)
    return f"{root}/codex/tasks/{task_id}"


async def task_diff(chatgpt_base_url: str, task_id: str, auth: CurrentLogin, http: HttpClient) -> str:
    """The diff of a task's present turn. Raises `TaskError`, and `AuthError` for tokens that are missing."""
    if auth.auth is None:
        raise TaskError("ChatGPT token not available")
    tokens = await auth.token_data()
    if tokens.account_id is None:
        raise TaskError("ChatGPT account ID not available, please re-run `octavo login`")
    headers = [
        (b"authorization", b"Bearer " + tokens.access_token.encode()),
        (b"chatgpt-account-id", tokens.account_id.encode()),
        (b"content-type", b"application/json"),
    ]
    from urllib.parse import quote

    url = f"{chatgpt_base_url.rstrip('/')}/wham/tasks/{quote(task_id, safe='')}"
    try:
        answer = await http.request("GET", url, headers)
    except TransportError as error:
        raise TaskError(f"Failed to send request\n\nCaused by:\n    {error}") from None
    if not answer.is_success:
        body = answer.body.decode("utf-8", "replace")
        raise TaskError(f"Request failed with status {status_text(answer.status)}: {body}")
    try:
        task = msgspec.json.decode(answer.body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TaskError(f"Failed to parse JSON response\n\nCaused by:\n    {error}") from None
    return _diff_of(task)


def _diff_of(task: dict[str, Any]) -> str:
    turn = task.get("current_diff_task_turn")
    if not isinstance(turn, dict):
        raise TaskError("No diff turn found")
    items = turn.get("output_items")
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and item.get("type") == "pr":
            output = item.get("output_diff")
            diff = output.get("diff") if isinstance(output, dict) else None
            if isinstance(diff, str):
                return diff
    raise TaskError("No PR output item found")


async def _environments(service: AccountService, github_repository: str | None) -> list[CloudEnvironment]:
    of_repository: Iterable[CloudEnvironment] = ()
    if github_repository is not None:
        path = f"/environments/by-repo/github/{github_repository}"
        try:
            of_repository = await get_json(service, path, tuple[CloudEnvironment, ...])
        except BackendError:
            of_repository = ()  # the list of all has them too
    found = {one.id: one for one in (*of_repository, *await list_environments(service))}
    return list(found.values())
