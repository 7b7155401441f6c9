"""`octavo cloud`: tasks that run elsewhere (`docs/cloud.md`).

Of the configuration only the kind of store for logins counts here; a broken one counts as none.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from octavo.account.service import AccountService, NoAccount
from octavo.account.tasks import create_task, find_environment, list_environments, task_url
from octavo.auth.current import CurrentLogin
from octavo.cli import logs, start
from octavo.cli.visible import one_line
from octavo.cli.words.invocation import Invocation, Level
from octavo.cli.words.stop import Stop
from octavo.config.home import find_home
from octavo.config.load import ConfigSources, load_config
from octavo.errors import ConfigError, UsageError
from octavo.git.info import git_info
from octavo.http.client import HttpClient
from octavo.http.identity import ClientIdentity

if TYPE_CHECKING:
    from octavo.auth.storage import CredentialsStore

T = TypeVar("T")

_BASE_URL = "https://chatgpt.com/backend-api"
_NOT_SIGNED_IN = "Not signed in. Please run 'octavo login' to sign in with ChatGPT, then re-run 'octavo cloud'.\n"
_NO_QUERY = "no query provided. Pass one as an argument or pipe it via stdin."
_EMPTY_QUERY = "no query provided via stdin (received empty input)."
_MOST_ATTEMPTS = 4
_AT_GITHUB = ("https://github.com/", "http://github.com/", "git@github.com:", "ssh://git@github.com/")


def run(invocation: Invocation) -> int:
    """Start a task and print its address."""
    given = invocation.last
    attempts = _attempts(given)

    async def start_task(service: AccountService) -> str:
        query = _query(given.text("QUERY"))
        environment = await find_environment(service, given.text("env") or "", await _github_repository())
        starting_diff = os.environ.get("CODEX_STARTING_DIFF", "")
        task_id = await create_task(service, environment, query, attempts=attempts, starting_diff=starting_diff)
        return task_url(service.base_url, task_id)

    if os.environ.get("CODEX_CLOUD_TASKS_MODE") in ("mock", "MOCK"):
        _query(given.text("QUERY"))
        sys.stdout.write(task_url(_base_url(), f"task_local_{os.getpid()}") + "\n")
        return 0
    sys.stdout.write(_with_service("codex_cloud_tasks_exec", start_task) + "\n")
    return 0


def list_places(_: Invocation) -> int:
    """Print the environments in which tasks can run: id and label, with a tab between."""
    for environment in _with_service("codex_cloud_tasks_tui", list_environments):
        sys.stdout.write(f"{one_line(environment.id)}\t{one_line(environment.label or '')}\n")
    return 0


def _with_service(client: str, work: Callable[[AccountService], Awaitable[T]]) -> T:
    """Do something at the account service, as the user who is logged in. Raises `Stop`."""
    environ = dict(os.environ)
    logs.log_to_stderr(environ)
    identity = ClientIdentity(environ)
    identity.suffix = client

    async def ask() -> T:
        # The service is told who asks, but not which front end.
        http, named = HttpClient(None, environ), HttpClient(identity, environ)
        try:
            auth = CurrentLogin(find_home(environ), named, environ, _store(environ))
            if auth.auth is None or auth.auth.mode != "chatgpt":
                raise Stop(1, _NOT_SIGNED_IN)
            return await work(AccountService(_base_url(), identity.user_agent, auth, http))
        except NoAccount as error:
            raise Stop(1, f"Error: {error}\n") from None
        finally:
            await http.aclose()
            await named.aclose()

    return asyncio.run(ask())


def _store(environ: dict[str, str]) -> CredentialsStore:
    try:
        sources = ConfigSources(find_home(environ), start.working_directory(), environ)
        return load_config(sources).cli_auth_credentials_store
    except ConfigError:
        return "file"


def _base_url() -> str:
    return (os.environ.get("CODEX_CLOUD_TASKS_BASE_URL", "").strip() or _BASE_URL).rstrip("/")


def _attempts(given: Level) -> int:
    text = given.text("attempts") or "1"
    try:
        attempts = int(text) if text.isascii() else None
    except ValueError:
        attempts = None
    about = f"invalid value '{text}' for '--attempts <ATTEMPTS>': attempts must be"
    if attempts is None:
        raise UsageError(f"{about} an integer between 1 and {_MOST_ATTEMPTS}")
    if not 1 <= attempts <= _MOST_ATTEMPTS:
        raise UsageError(f"{about} between 1 and {_MOST_ATTEMPTS}")
    return attempts


def _query(argument: str | None) -> str:
    """The task's text: the argument, or stdin as it is. Raises `Stop`."""
    if argument is not None and argument != "-":
        return argument
    if argument is None:
        if os.isatty(0):
            raise Stop(1, f"Error: {_NO_QUERY}\n")
        sys.stderr.write("Reading query from stdin...\n")
    try:
        text = sys.stdin.buffer.read().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise Stop(1, f"Error: failed to read the query from stdin: {reason}\n") from None
    if not text.strip():
        raise Stop(1, f"Error: {_EMPTY_QUERY}\n")
    return text


async def _github_repository() -> str | None:
    """`owner/name` of the checkout in this folder, if its origin is at GitHub."""
    facts = await git_info(start.working_directory())
    url = (facts or {}).get("repository_url", "")
    prefix = next((prefix for prefix in _AT_GITHUB if url.startswith(prefix)), None)
    if prefix is None:
        return None
    name = url.removeprefix(prefix).rstrip("/").removesuffix(".git")
    return name if re.fullmatch(r"[\w.-]+/[\w.-]+", name, re.ASCII) else None
