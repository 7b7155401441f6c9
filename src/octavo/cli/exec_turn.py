"""The second half of `octavo exec`: who is logged in, which model answers, then the turn.

Everything slow is imported here, when the command line, the prompt and the
configuration are known to be good.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from octavo.cli import logs, start
from octavo.cli.preparation import check_login, ensure_local_model
from octavo.cli.words.stop import Stop
from octavo.config.config import Config
from octavo.config.load import ConfigSources
from octavo.errors import OctavoError
from octavo.frontends.exec.run import ExecRequest, NotInRepository, run_exec
from octavo.frontends.signals import Interrupted
from octavo.protocol.checkout import GitInfo
from octavo.protocol.policy import ReadOnly
from octavo.runtime.front_end import FrontEnd
from octavo.runtime.runtime import Runtime

__all__ = ["ExecRequest", "turn"]


def turn(
    sources: ConfigSources,
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
    front_end = FrontEnd("exec", "codex_exec", env_key=True, deltas=False, replays=False, git_info=git_info)
    runtime = Runtime(sources, config, front_end, start.warn)
    check_login(runtime)
    start.check_telemetry(config)
    if add_dir and isinstance(config.sandbox_policy, ReadOnly):
        start.warn("Warning: --add-dir allows nothing in sandbox mode read-only")
    _choose_backend(runtime, replay, record)
    if oss:
        ensure_local_model(config)
    try:
        return run_exec(runtime, request, start.loaded, start.warn)
    except Interrupted as interrupted:
        start.die_of(interrupted.signum)
    except NotInRepository as error:
        raise Stop(1, f"{error}\n") from None
    except OctavoError as error:
        from octavo.frontends.exec.chosen_session import NoSuchSession  # only whoever asks for one can miss it

        if isinstance(error, NoSuchSession):
            raise Stop(1, f"{error}\n") from None
        raise


def _choose_backend(runtime: Runtime, replay: str | None, record: str | None) -> None:
    """See to it that there is a model: the configured one, or a recorded one, with a recorder where a flag says so.

    What stands in its way is a start-up error. A model in this process is loaded before
    the event loop runs, as that stops every thread.
    """
    if replay is not None:
        from octavo.model.scripted import ScriptedBackend

        runtime.use_backend(ScriptedBackend.from_file(replay))
    runtime.load_local_model(start.warn)
    backend = runtime.backend(runtime.config)
    if record is not None:
        from octavo.model.recording import RecordingBackend

        backend = RecordingBackend(backend, record)
    runtime.use_backend(backend)
