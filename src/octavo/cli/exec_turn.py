"""The second half of `octavo exec`: who is logged in, which model answers, then the turn.

Everything slow is imported here, when the command line, the prompt and the
configuration are known to be good.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable

from octavo.auth.current import CurrentLogin
from octavo.cli import logs, start
from octavo.cli.words.stop import Stop
from octavo.config.config import Config
from octavo.engine.services import Services
from octavo.errors import OctavoError
from octavo.frontends.exec.run import ExecRequest, NoSuchSession, NotInRepository, run_exec
from octavo.frontends.exec.signals import Interrupted
from octavo.git.info import GitInfo
from octavo.http.client import HttpClient
from octavo.http.identity import ClientIdentity
from octavo.model.backend import ModelBackend
from octavo.model.choose import backend_for
from octavo.protocol.policy import ReadOnly

__all__ = ["ExecRequest", "turn"]

_ORIGINATOR = "codex_exec"


def turn(
    config: Config,
    request: ExecRequest,
    *,
    add_dir: bool,
    oss: bool,
    replay: str | None,
    record: str | None,
    git_info: Callable[[str], Awaitable[GitInfo | None]],
) -> int:
    """Run it; `add_dir` and `oss` say that these flags were given. The exit code.

    Raises `Stop` or `OctavoError` before anything was written to stdout.
    """
    logs.log_to_stderr(config.environ)
    identity = ClientIdentity(config.environ, _ORIGINATOR)
    _check_login(config, identity)
    if add_dir and isinstance(config.sandbox_policy, ReadOnly):
        sys.stderr.write("Warning: --add-dir allows nothing in sandbox mode read-only\n")
    backend = _backend(config, identity, replay)
    if record is not None:
        from octavo.model.recording import RecordingBackend

        backend = RecordingBackend(backend, record)
    if oss:
        _ensure_local_model(config)
    config = start.offer_apply_patch(config)
    services = Services(backend, source="exec", originator=identity.originator, deltas=False, git_info=git_info)
    try:
        return run_exec(config, services, request, start.loaded)
    except Interrupted as interrupted:
        start.die_of(interrupted.signum)
    except (NotInRepository, NoSuchSession) as error:
        raise Stop(1, f"{error}\n") from None


def _backend(config: Config, identity: ClientIdentity, replay: str | None) -> ModelBackend:
    if replay is not None:
        from octavo.model.scripted import ScriptedBackend

        return ScriptedBackend.from_file(replay)
    http = HttpClient(identity, config.environ)
    store = config.cli_auth_credentials_store
    auth = CurrentLogin(config.codex_home, http, config.environ, store, allow_env_key=True)
    backend = backend_for(config, auth, http)
    if config.model_provider_id == "embedded":
        from octavo.model.embedded.backend import EmbeddedBackend

        # Now, before the event loop: loading stops every thread, and a missing model is a start-up error.
        if isinstance(backend, EmbeddedBackend):
            backend.load(lambda line: print(line, file=sys.stderr, flush=True))
    return backend


def _ensure_local_model(config: Config) -> None:
    from octavo.model.ollama import ensure_local_model

    def tell(text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()

    asyncio.run(ensure_local_model(config.model_provider.base_url or "", config.model, config.environ, tell))


def _check_login(config: Config, identity: ClientIdentity) -> None:
    """End the program if the configuration forbids the login in force, which is then removed."""
    if config.forced_login_method is None and config.forced_chatgpt_workspace_id is None:
        return
    from octavo.auth.restrictions import LoginRefused, check_login_restrictions

    def http() -> HttpClient:
        return HttpClient(identity, config.environ)

    try:
        asyncio.run(check_login_restrictions(config, config.environ, http))
    except LoginRefused as error:
        raise Stop(1, f"{error}\n") from None
    except OctavoError as error:
        raise Stop(1, f"Error checking the login: {error}\n") from None
