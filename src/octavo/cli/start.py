"""The start and the end of the process, in one place: everything that has to happen once.

Start (`prepare`): descriptors 0 to 2 stand, Ctrl-C ends us instead of raising
somewhere, the process is hardened, and `.env` is in the environment. Nothing here
starts a thread, since the environment changes.

The garbage collector rests, from before anything is imported, until `loaded` is called: imports make many objects
and no garbage, and each collection would walk all of them. They are then frozen, out of
the way of every later collection.

End (`leave`): what is buffered is written, descriptor 1 is closed first so that a
client sees the end of stdout before the end of the process (one that finds the process
gone already may wait for ever), and then the process ends at once. Taking down the
interpreter would cost some 10 ms and free memory that is freed anyway.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import sys
from typing import NoReturn

from octavo.cli.loading import load_msgspec
from octavo.cli.words.invocation import Invocation
from octavo.cli.words.stop import Stop
from octavo.config.home import apply_dotenv, find_home
from octavo.errors import ConfigError

TYPE_CHECKING = False  # what is only named here need not be imported by commands without a configuration
if TYPE_CHECKING:
    from collections.abc import Callable

    from octavo.cli.words.merged import Words
    from octavo.config.config import Config
    from octavo.config.load import ConfigFlags, ConfigSources
    from octavo.config.overrides import Override
    from octavo.protocol.policy import SandboxMode


_NEW_OBJECTS = 20_000
"""After so many the collector looks for garbage among them: servers import more with their first conversation."""


class ErrorTexts:
    """How a command words errors of its configuration; `{}` stands for what is wrong (`docs/config.md`)."""

    __slots__ = ("config", "override")

    def __init__(self, override: str, config: str) -> None:
        self.override, self.config = override, config


PLAIN = ErrorTexts("Error: {}", "Error: {}")
EXEC = ErrorTexts("Error parsing -c overrides: {}", "Error: {}")
LOGIN = ErrorTexts("Error parsing -c overrides: {}", "Error loading configuration: {}")
SERVER = ErrorTexts("Error: error parsing -c overrides: {}", "Error: error loading config: {}")
MCP = ErrorTexts("Error: {}", "Error: failed to load configuration\n\nCaused by:\n    {}")


def prepare() -> None:
    """Make the process ready for a command. Raises `Stop` where it cannot be hardened."""
    _ensure_standard_streams()
    _let_interrupts_end_us()
    _harden()
    with contextlib.suppress(ConfigError):  # a missing CODEX_HOME is told by whoever needs it
        home = find_home(os.environ)
        for name, value in apply_dotenv(home, os.environ).items():
            if os.environ.get(name) != value:
                os.environ[name] = value


def loaded() -> None:
    """The command has imported what it needs: collect garbage from now on."""
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)
    gc.enable()


def leave(code: int) -> NoReturn:
    """End the process with this exit code."""
    _put_away()
    for stream in (sys.stdout, sys.stderr):
        if stream is None:  # as it is when the descriptor was closed before we came
            continue
        try:
            stream.flush()
        except BrokenPipeError:
            pass  # whoever read it has what he wanted
        except (OSError, ValueError) as error:
            code = code or 1
            with contextlib.suppress(OSError):
                os.write(2, f"Error: cannot write the output: {error}\n".encode())
    with contextlib.suppress(OSError):
        os.close(1)
    os._exit(code)


def die_of(signum: int) -> NoReturn:
    """End the process by a signal, so that whoever waits for it sees what ended it."""
    import signal

    signal.signal(signum, signal.SIG_DFL)  # a second one means that putting away takes too long
    _put_away()
    os.kill(os.getpid(), signum)
    os._exit(128 + signum)  # only if the signal is blocked


def _put_away() -> None:
    """What the interpreter does at its end: folders of ours are removed, logs are flushed."""
    atexit._run_exitfuncs()


def overrides(invocation: Invocation, texts: ErrorTexts) -> tuple[Override, ...]:
    """What `-c`, `--enable` and `--disable` of all levels say, in the order in which they apply.

    Raises `Stop`.
    """
    load_msgspec()
    from octavo.config.overrides import feature_overrides, meaningless_features, parse_override

    try:
        single = tuple(parse_override(raw) for raw in invocation.texts("config"))
    except ConfigError as error:
        raise Stop(1, texts.override.format(error) + "\n") from None
    enabled, disabled = invocation.texts("enable"), invocation.texts("disable")
    for name in meaningless_features(enabled + disabled):
        warn(f"Warning: the feature `{name}` is one of later releases and means nothing here")
    return single + feature_overrides(enabled, disabled)


def load(chosen: tuple[Override, ...], flags: ConfigFlags, texts: ErrorTexts) -> Config:
    """The configuration of this run, in the present working directory. Raises `Stop`."""
    return load_with_sources(chosen, flags, texts)[1]


def load_with_sources(
    chosen: tuple[Override, ...],
    flags: ConfigFlags,
    texts: ErrorTexts,
    *,
    reads_user_file: bool = True,
    is_strict: bool = False,
) -> tuple[ConfigSources, Config]:
    """The same, and how to make another one. Raises `Stop`.

    Without `reads_user_file` the user's own `config.toml` counts for nothing; `is_strict` refuses unknown keys.
    """
    from octavo.config.load import ConfigSources, load_config

    environ = dict(os.environ)
    try:
        sources = ConfigSources(
            find_home(environ),
            working_directory(),
            environ,
            chosen,
            flags,
            reads_user_file=reads_user_file,
            is_strict=is_strict,
        )
        config = load_config(sources)
    except ConfigError as error:
        text = str(error)
        if texts is MCP:
            text = text.replace("\n", "\n    ")
        from octavo.cli.visible import visible  # it may quote a file of the project

        raise Stop(1, visible(texts.config.format(text)) + "\n") from None
    from octavo.files.programs import commands_may_write
    from octavo.sandbox.roots import writable_roots

    commands_may_write(root.root for root in writable_roots(config.sandbox_policy, config.cwd, environ))
    return sources, config


def load_trusting(words: Words, read: Callable[[], tuple[ConfigSources, Config]]) -> tuple[ConfigSources, Config]:
    """What `read` gives; with `--trust` what it gives once the project is trusted. Raises `Stop`."""
    sources, config = read()
    if words.has("trust"):
        from octavo.cli.trust_project import trust_project_of  # rare

        if trust_project_of(config, warn):
            return read()
    return sources, config


def warn(line: str) -> None:
    """Tell the user on stderr."""
    sys.stderr.write(f"{line}\n")


def tell_of_no_effect(words: Words) -> None:
    """Say which options do nothing here."""
    from octavo.cli.later_options import TOLD

    for name in TOLD:
        if words.has(name):
            warn(f"Warning: --{name} has no effect here")


def check_telemetry(
    config: Config, tell: Callable[[str], None] = warn, wording: str = "Could not create otel exporter: {}"
) -> None:
    """See to it that the exporters of `[otel]` can be made (`docs/telemetry.md`).

    `tell` gets a line where their packages are missing; the run goes on. Raises `Stop` where one cannot be made.
    """
    if not config.otel.exporters:
        return
    from octavo.telemetry.exporters.target import MISSING, CannotExport, check, packages_are_missing

    try:
        check(config.otel, config.codex_home, config.environ)
    except CannotExport as error:
        raise Stop(1, wording.format(error) + "\n") from None
    if packages_are_missing(config.otel):
        tell(MISSING)


def working_directory() -> str:
    """The present working directory. Raises `ConfigError` where it was removed."""
    try:
        return os.getcwd()
    except OSError as error:
        raise ConfigError(f"The working directory is gone: {error.strerror} (os error {error.errno})") from None


def chosen_folder(named: str | None) -> str | None:
    """What `-C` names, as an absolute path. Raises `Stop` if there is no such folder."""
    if named is None:
        return None
    from octavo.config.choices import canonical_folder

    folder = canonical_folder(working_directory(), named)
    if not os.path.isdir(folder):
        raise Stop(1, f"Error: --cd: there is no folder {folder}\n")
    return folder


def sandbox_mode(words: Words) -> SandboxMode | None:
    """The mode that the options name, by itself or with what else they mean."""
    from typing import cast

    if words.has("dangerously-bypass-approvals-and-sandbox"):
        return "danger-full-access"
    if words.has("full-auto"):
        return "workspace-write"
    usual = "workspace-write" if words.has("approve-for-me") else None
    return cast("SandboxMode | None", words.text("sandbox") or usual)  # the parser lets no other word pass


def _let_interrupts_end_us() -> None:
    import _signal  # type: ignore[import-not-found]  # `signal` without its enumerations: a fiftieth of a start

    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)


def _ensure_standard_streams() -> None:
    """A descriptor that was closed by our caller must not come back as some file of ours."""
    for fd in (0, 1, 2):
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(fd, True)
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as the process
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def _harden() -> None:
    from octavo.process.hardening import HardeningError, harden

    try:
        harden(os.environ)
    except HardeningError as error:
        raise Stop(error.exit_code, f"Error: {error}\n") from None
