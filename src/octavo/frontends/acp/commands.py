"""Slash commands: which there are, and what a prompt that is one asks for (`docs/acp.md`, "Slash commands")."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

import msgspec

from octavo.engine.custom_prompts import list_custom_prompts
from octavo.frontends import review_requests
from octavo.frontends.acp.server import Server
from octavo.frontends.acp.session import LiveSession
from octavo.frontends.acp.types.content import ContentBlock, TextBlock
from octavo.frontends.acp.types.updates import AvailableCommands, Command, CommandInput
from octavo.frontends.custom_prompts import NO_DESCRIPTION, PREFIX, Prompt, PromptError, expand
from octavo.protocol import ops
from octavo.protocol.events import CustomPrompt
from octavo.protocol.turn_items import TextInput


class Work(msgspec.Struct, frozen=True):
    """The command is work for the conversation."""

    op: ops.Op


class Answer(msgspec.Struct, frozen=True):
    """The command is answered at once."""

    text: str


Deed = Work | Answer
_BUILT_IN = (
    Command(
        name="review",
        description="Have changes reviewed: what is not committed, or by your instructions",
        input=CommandInput(hint="optional instructions"),
    ),
    Command(
        name="review-branch",
        description="Have reviewed what this branch changes against another",
        input=CommandInput(hint="the base branch"),
    ),
    Command(name="review-commit", description="Have a commit reviewed", input=CommandInput(hint="the commit")),
    Command(name="init", description="Write an AGENTS.md for this project"),
    Command(name="compact", description="Replace the conversation by a summary of it"),
    Command(name="logout", description="Remove the stored login"),
)


def available_commands(codex_home: str) -> AvailableCommands:
    """All of them, the user's own prompts last."""
    own = [_shown(prompt) for prompt in _prompts(codex_home).values()]
    return AvailableCommands(available_commands=(*_BUILT_IN, *own))


def command_in(server: Server, session: LiveSession, blocks: Sequence[ContentBlock]) -> Deed | None:
    """What a prompt asks for whose only text is a command; None for any other. Raises `RequestError`."""
    if len(blocks) != 1 or not isinstance(blocks[0], TextBlock) or not blocks[0].text.startswith("/"):
        return None
    name, *rest = blocks[0].text[1:].split(maxsplit=1)[:2] or [""]
    words = rest[0].strip() if rest else ""
    run = _RUN.get(name)
    if run is not None:
        return run(server, session, words)
    prompt = _prompts(server.runtime.config.codex_home).get(name.removeprefix(PREFIX))
    if prompt is None:
        return None
    try:
        text = expand(Prompt(prompt.name, prompt.content), words)
    except PromptError as error:
        return Answer(str(error))
    return Work(ops.UserInputOp((TextInput(text),)))


def _prompts(codex_home: str) -> dict[str, CustomPrompt]:
    """The user's own, without those that have the name of a command."""
    return {prompt.name: prompt for prompt in list_custom_prompts(codex_home) if prompt.name not in _RUN}


def _shown(prompt: CustomPrompt) -> Command:
    hint = CommandInput(hint=prompt.argument_hint) if prompt.argument_hint else None
    return Command(name=prompt.name, description=prompt.description or NO_DESCRIPTION, input=hint)


def _review(_: Server, __: LiveSession, words: str) -> Deed:
    request = review_requests.by_instructions(words) if words else review_requests.of_changes()
    return Work(ops.Review(request))


def _review_branch(_: Server, __: LiveSession, words: str) -> Deed:
    if not words:
        return Answer("Which branch? Write /review-branch and its name.")
    return Work(ops.Review(review_requests.against_branch(words)))


def _review_commit(_: Server, __: LiveSession, words: str) -> Deed:
    if not words:
        return Answer("Which commit? Write /review-commit and its hash.")
    return Work(ops.Review(review_requests.of_commit(words)))


def _init(_: Server, session: LiveSession, __: str) -> Deed:
    if os.path.lexists(os.path.join(session.conversation.settings.cwd, "AGENTS.md")):
        return Answer("AGENTS.md is already there; nothing was changed. Edit it, or remove it and run /init again.")
    from octavo.model.instructions import read_prompt  # a project has one only once

    return Work(ops.UserInputOp((TextInput(read_prompt("init").strip()),)))


def _compact(_: Server, __: LiveSession, ___: str) -> Deed:
    return Work(ops.Compact())


def _log_out(server: Server, _: LiveSession, __: str) -> Deed:
    server.login.forget()
    return Answer("You are logged out.")


_RUN: dict[str, Callable[[Server, LiveSession, str], Deed]] = {
    "review": _review,
    "review-branch": _review_branch,
    "review-commit": _review_commit,
    "init": _init,
    "compact": _compact,
    "logout": _log_out,
}
