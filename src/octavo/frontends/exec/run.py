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
from octavo.protocol.ops import Review, UserInputOp
from octavo.protocol.review import ReviewRequest
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
    says_today: bool = False
    """Whether the command line is one that only clients of later releases write."""
    color: ColorChoice = "auto"
    last_message_file: str | None = None
    skip_git_check: bool = False
    resume_id: str | None = None
    resume_last: bool = False
    ephemeral: bool = False
    session_id: ConversationId | None = None
    resume_any: bool = False
    """Whether the newest session may be of any folder."""
    forks: bool = False
    """Whether the session is copied into a new one instead of going on itself."""
    review: ReviewRequest | None = None
    """What to review; there is no prompt then."""
    thread_source: str | None = None
    """What a new session is for, in words of the client's."""


class NotInRepository(OctavoError):
    """There is no repository; the text is the whole line for stderr."""

    def __init__(self) -> None:
        super().__init__("Not inside a trusted directory and --skip-git-repo-check was not specified.")


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
            return await runtime.open(
                saves=not request.ephemeral,
                conversation_id=request.session_id,
                thread_source=request.thread_source,
            )
        if request.ephemeral or request.forks:  # the saved session stays as it is
            return await runtime.fork(saved, None, saves=not request.ephemeral, thread_source=request.thread_source)
        return await runtime.resume(saved)

    def last_message(text: str | None) -> None:
        if file is not None:
            write_last_message(file, text, output)

    run = WholeRun(open_conversation, _operation(request), printer, output, last_message)
    if request.review is not None:
        from octavo.frontends.exec.review_events import with_verdict

        run.told = with_verdict()
    return run_to_the_end(run)


def _open_to_commands(config: Config) -> tuple[str, ...]:
    sandbox = configured_sandbox(config, config.sandbox_policy, config.cwd)
    return () if sandbox is None else tuple(root.root for root in sandbox.roots)


def _saved_session(config: Config, request: ExecRequest, warn: Callable[[str], None]) -> str | None:
    """The file of the session to go on with; None for a new one. Raises `OctavoError`."""
    if request.resume_id is None and not request.resume_last:
        return None
    from octavo.frontends.exec.chosen_session import named_session, newest_session_here

    if request.resume_id is not None:
        return named_session(config, request.resume_id)
    return newest_session_here(config, anywhere=request.resume_any, warn=warn)


def _printer(config: Config, request: ExecRequest, output: Output, is_terminal: bool) -> EventPrinter:
    # Each run needs one of them, so neither is imported for nothing.
    if request.json:
        from octavo.frontends.exec.jsonl import JsonLines
        from octavo.frontends.exec.stream_generation import reads_today

        return JsonLines(output, today=reads_today(config.environ, says_so=request.says_today))
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


def _operation(request: ExecRequest) -> UserInputOp | Review:
    """The user's words, or what is to be reviewed; the settings are those that the conversation starts with."""
    if request.review is not None:
        return Review(request.review)
    pictures: list[UserInput] = [LocalImageInput(os.path.abspath(path)) for path in request.images]
    return UserInputOp((*pictures, TextInput(request.prompt)), request.output_schema)
