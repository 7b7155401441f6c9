"""`octavo` without a command, and `octavo resume`: from the command line to the terminal interface.

Errors of flags and configuration are told before the terminal is touched (`docs/terminal.md`, "Starting").
"""

from __future__ import annotations

import contextlib
import os
import sys

from octavo.cli import start
from octavo.cli.loading import load_asyncio, load_msgspec
from octavo.cli.words.invocation import Invocation
from octavo.cli.words.merged import Words
from octavo.cli.words.stop import Stop

TYPE_CHECKING = False  # as `typing` has it, which is not loaded yet
if TYPE_CHECKING:
    from octavo.config.config import Config
    from octavo.config.load import ConfigFlags, ConfigSources
    from octavo.frontends.terminal.ending import Ending
    from octavo.frontends.terminal.request import SessionChoice, TerminalRequest
    from octavo.protocol.policy import ApprovalPolicy
    from octavo.runtime.runtime import Runtime


def run(invocation: Invocation) -> int:
    """A new session; the exit code."""
    load_msgspec()  # before anything else asks for it
    from octavo.frontends.terminal.request import NEW

    return _run(invocation, NEW, invocation.last.text("PROMPT"))


def resume(invocation: Invocation) -> int:
    """A saved session: by id, the newest, or chosen from a list; the exit code."""
    return _saved(invocation, forks=False)


def fork(invocation: Invocation) -> int:
    """A copy of a saved session, chosen in the same ways; the exit code."""
    return _saved(invocation, forks=True)


def _saved(invocation: Invocation, *, forks: bool) -> int:
    load_msgspec()
    from octavo.frontends.terminal.request import CHOOSE, NEWEST, SavedSession

    level = invocation.last
    first, second = level.text("SESSION_ID"), level.text("PROMPT")
    if level.has("last"):
        if second is not None:
            from octavo.cli.words.parser import usage_error

            usage_error(invocation.path, "the argument '--last' cannot be used with '[SESSION_ID]'")
        return _run(invocation, NEWEST, first, forks=forks)
    return _run(invocation, CHOOSE if first is None else SavedSession(first), second, forks=forks)


def _run(invocation: Invocation, session: SessionChoice, prompt: str | None, *, forks: bool = False) -> int:
    words = Words(invocation.levels)
    chosen = start.overrides(invocation, start.LOGIN)
    is_strict = words.has("strict-config")

    def load() -> tuple[ConfigSources, Config]:
        return start.load_with_sources(chosen, _flags(words), start.LOGIN, is_strict=is_strict)

    sources, config = start.load_trusting(words, load)
    _check_folders(words, config)
    start.tell_of_no_effect(words)
    start.check_telemetry(config, lambda line: None)
    from octavo.frontends.terminal.request import TerminalRequest

    everything = words.has("include-non-interactive")
    request = TerminalRequest(session, prompt or "", words.texts("image"), forks, everything)
    return _interface(sources, config, request, words)


def _interface(sources: ConfigSources, config: Config, request: TerminalRequest, words: Words) -> int:
    from octavo.frontends.terminal.run import NoSuchSession, run_interface

    if words.has("oss") or config.forced_login_method or config.forced_chatgpt_workspace_id or words.has("local"):
        _before_the_terminal(sources, config, words)
    try:
        ending = run_interface(
            lambda: _runtime(sources, config, words),
            config,
            request,
            browser=_open_browser,
            log=lambda: _log(config),
            loaded=start.loaded,
        )
    except NoSuchSession as error:
        sys.stdout.write(f"{error}\n")
        return 0
    return _leave(ending, config)


def _before_the_terminal(sources: ConfigSources, config: Config, words: Words) -> None:
    """What may fail or take long is done while lines on stderr can still be read."""
    if not os.isatty(1):
        return
    from octavo.cli.preparation import check_login, ensure_local_model

    if config.forced_login_method or config.forced_chatgpt_workspace_id:
        check_login(_runtime(sources, config, words))
    if words.has("oss"):
        ensure_local_model(config)


def _runtime(sources: ConfigSources, config: Config, words: Words) -> Runtime:
    from octavo.runtime.front_end import FrontEnd
    from octavo.runtime.runtime import Runtime

    runtime = Runtime(sources, config, FrontEnd("cli"), start.warn)
    if (replay := words.text("replay")) is not None:
        from octavo.model.scripted import ScriptedBackend

        runtime.use_backend(ScriptedBackend.from_file(replay))
    runtime.load_local_model(start.warn)
    return runtime


def _log(config: Config) -> None:
    load_asyncio()  # before anything else asks for it
    import logging

    from octavo.cli.logs import log_to_file

    with contextlib.suppress(OSError):
        log_to_file(os.path.join(config.codex_home, "log", "codex-tui.log"), config.environ)
    # In its log: a line on the screen would be the first of every session.
    start.check_telemetry(config, logging.getLogger(__name__).warning)


def _open_browser(address: str) -> bool:
    from octavo.cli.browser import open_browser

    return open_browser(address)


def _leave(ending: Ending, config: Config) -> int:
    from octavo.frontends.terminal.ending import last_lines
    from octavo.frontends.terminal.screen.depth import color_depth

    if ending.signum is not None:
        start.die_of(ending.signum)
    sys.stdout.write(last_lines(ending, color=os.isatty(1) and color_depth(config.environ) > 0))
    sys.stdout.flush()
    return 0 if ending.update is None else _update(ending.update)


def _update(command: tuple[str, ...]) -> int:
    """Run the command that brings the program up to date, on the terminal that is the user's again."""
    import shlex
    import subprocess

    from octavo.files.programs import outside_path

    shown = shlex.join(command)
    sys.stdout.write(f"\nUpdating Octavo via `{shown}`...\n")
    sys.stdout.flush()
    # No program that a command of the model has put somewhere.
    path = outside_path(os.environ.get("PATH", os.defpath), os.getcwd())
    try:
        code = subprocess.run(command, env={**os.environ, "PATH": path}, check=False).returncode
    except OSError as error:
        raise Stop(1, f"Error: `{shown}` cannot be started: {error.strerror}\n") from None
    if code != 0:
        raise Stop(1, f"Error: `{shown}` failed with status {code}\n")
    sys.stdout.write("Octavo is up to date. Start it again.\n")
    return 0


def _check_folders(words: Words, config: Config) -> None:
    """`--add-dir` promises something that a read-only sandbox does not keep."""
    from octavo.protocol.policy import ReadOnly

    folders = words.texts("add-dir")
    if folders and isinstance(config.sandbox_policy, ReadOnly):
        named = ", ".join(folders)
        raise Stop(1, f"Error adding directories: the sandbox is read-only, so nothing may be written in {named}\n")


def _flags(words: Words) -> ConfigFlags:
    from typing import cast

    from octavo.config.load import ConfigFlags, OssProvider

    oss, local = words.has("oss"), words.has("local")
    return ConfigFlags(
        model=words.text("model"),
        profile=words.text("profile"),
        sandbox_mode=start.sandbox_mode(words),
        approval_policy=_approval_policy(words),
        approvals_reviewer="auto_review" if words.has("approve-for-me") else None,
        trusts_hooks=words.has("dangerously-bypass-hook-trust"),
        cwd=start.chosen_folder(words.text("cd")),
        oss=oss,
        oss_provider=cast("OssProvider | None", words.text("local-provider")),
        embedded=local,
        show_raw_agent_reasoning=True if oss or local else None,
        web_search=words.has("search") or None,
        additional_writable_roots=words.texts("add-dir"),
        plain=words.has("plain"),
    )


def _approval_policy(words: Words) -> ApprovalPolicy | None:
    from typing import cast

    if words.has("dangerously-bypass-approvals-and-sandbox"):
        return "never"
    if words.has("full-auto"):
        return "on-request"
    usual = "on-request" if words.has("approve-for-me") else None
    return cast("ApprovalPolicy | None", words.text("ask-for-approval") or usual)
