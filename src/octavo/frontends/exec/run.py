"""From a configuration to the exit code of `exec` (`docs/exec.md`, "Order of the checks")."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import msgspec

from octavo.config.config import Config
from octavo.engine.conversation import Conversation
from octavo.engine.project_docs import cut_documents
from octavo.errors import OctavoError
from octavo.frontends.exec.git_check import is_in_repository
from octavo.frontends.exec.last_message import last_message_file, write_last_message
from octavo.frontends.exec.output import Output, claim_stdout
from octavo.frontends.exec.printer import EventPrinter
from octavo.frontends.exec.style import ColorChoice, Style, wants_color
from octavo.frontends.exec.whole_run import WholeRun, run_to_the_end
from octavo.model.settings import model_settings
from octavo.protocol.ids import ConversationId
from octavo.protocol.ops import UserInputOp
from octavo.protocol.turn_items import LocalImageInput, TextInput, UserInput
from octavo.runtime.runtime import Runtime
from octavo.sandbox.spec import configured_sandbox


class ExecRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What one run of `exec` is to do. Paths are absolute or relative to the process.

    An `ephemeral` run saves nothing. `session_id` is that of a new session, where it is known already.
    """

    prompt: str
    images: tuple[str, ...] = ()
    output_schema: Any = None
    json: bool = False
    color: ColorChoice = "auto"
    last_message_file: str | None = None
    skip_git_check: bool = False
    resume_id: str | None = None
    resume_last: bool = False
    ephemeral: bool = False
    session_id: ConversationId | None = None


class NotInRepository(OctavoError):
    """There is no repository; the text is the whole line for stderr."""

    def __init__(self) -> None:
        super().__init__("Not inside a trusted directory and --skip-git-repo-check was not specified.")


class NoSuchSession(OctavoError):
    """No saved session has the id that was asked for."""

    def __init__(self, session_id: str) -> None:
        super().__init__(f"no rollout found for thread id {session_id}")


def run_exec(runtime: Runtime, request: ExecRequest, ready: Callable[[], None], warn: Callable[[str], None]) -> int:
    """Check, start or resume, and run the turn. The exit code.

    `ready` is called once when everything is imported, `warn` tells the user a line.
    Raises `OctavoError` before anything was written to stdout.
    """
    runtime.load_agent()
    config = runtime.config
    if not request.skip_git_check and not is_in_repository(config.cwd):
        raise NotInRepository
    named = request.last_message_file
    file = None if named is None else last_message_file(named, _open_to_commands(config))
    saved = _saved_session(config, request, warn)
    for line in cut_documents(config):
        warn(f"Warning: {line}")
    is_terminal = os.isatty(1)
    output = Output(claim_stdout(), 2)
    printer = _printer(config, request, output, is_terminal)

    async def open_conversation() -> Conversation:
        ready()
        if saved is None:
            return await runtime.open(saves=not request.ephemeral, conversation_id=request.session_id)
        if request.ephemeral:  # the saved session stays as it is
            return await runtime.fork(saved, None, saves=False)
        return await runtime.resume(saved)

    def last_message(text: str | None) -> None:
        if file is not None:
            write_last_message(file, text, output)

    run = WholeRun(open_conversation, _user_input(request), printer, output, last_message)
    return run_to_the_end(run)


def _open_to_commands(config: Config) -> tuple[str, ...]:
    sandbox = configured_sandbox(config, config.sandbox_policy, config.cwd)
    return () if sandbox is None else tuple(root.root for root in sandbox.roots)


def _saved_session(config: Config, request: ExecRequest, warn: Callable[[str], None]) -> str | None:
    """The file of the session to go on with; None for a new one. Raises `NoSuchSession`."""
    if request.resume_id is None and not request.resume_last:
        return None
    from octavo.rollout.find import find_session, newest_session

    if request.resume_last:
        newest = newest_session(config.codex_home, config.model_provider_id)
        if newest is None:
            warn("No saved session to go on with; a new one begins.")
        return newest
    path = find_session(config.codex_home, request.resume_id or "")
    if path is None:
        raise NoSuchSession(request.resume_id or "")
    return path


def _printer(config: Config, request: ExecRequest, output: Output, is_terminal: bool) -> EventPrinter:
    # Each run needs one of them, so neither is imported for nothing.
    if request.json:
        from octavo.frontends.exec.jsonl import JsonLines

        return JsonLines(output)
    from octavo.frontends.exec.human import HumanPrinter
    from octavo.frontends.summary import config_summary

    model = model_settings(config, config.model, config.model_reasoning_effort, config.model_reasoning_summary)
    return HumanPrinter(
        output,
        # Colours go to stderr and stdout decides on them, as scripts that set this up expect.
        Style(wants_color(request.color, is_terminal, config.environ)),
        config_summary(config, summarises_reasoning=model.family.supports_reasoning_summaries),
        request.prompt,
        show_reasoning=not config.hide_agent_reasoning,
        show_raw_reasoning=config.show_raw_agent_reasoning,
    )


def _user_input(request: ExecRequest) -> UserInputOp:
    """The user's words; the settings are those that the conversation starts with."""
    pictures: list[UserInput] = [LocalImageInput(os.path.abspath(path)) for path in request.images]
    return UserInputOp((*pictures, TextInput(request.prompt)), request.output_schema)
