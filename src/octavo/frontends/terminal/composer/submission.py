"""What Enter makes of a draft (`docs/terminal-composer.md`, "Sending")."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec

from octavo.frontends import custom_prompts
from octavo.frontends.custom_prompts import Prompt, PromptError
from octavo.frontends.terminal import built_in
from octavo.frontends.terminal.composer.draft import Draft, Label, Picture, expanded, pictures, trimmed
from octavo.frontends.terminal.effects.composer import RunCommand, Submit, UserShell
from octavo.frontends.terminal.effects.screen import Error, Info

_LABEL = 0xF0000
"""The first of the private characters that stand for labels while arguments are read: no label is torn apart."""


class Message(msgspec.Struct, frozen=True):
    """What is sent or run, and the draft it was, to be taken back or recalled."""

    effect: Submit | UserShell
    draft: Draft


def read(draft: Draft, known: Mapping[str, Prompt]) -> Message | RunCommand | Info | Error | None:
    """What the draft asks for. `Info` and `Error` say why nothing is sent; None: there is nothing to send."""
    command = draft.text.rstrip()
    if not draft.labels and command[:1] == "/" and command[1:] in built_in.BY_NAME:
        return RunCommand(command[1:])
    draft_sent = trimmed(draft)
    text = expanded(draft_sent).strip()
    if draft.text.startswith("!"):
        return _user_shell(draft_sent)
    name, arguments = command_word(_with_marks(draft))
    if name:
        if name.startswith(custom_prompts.PREFIX) and (prompt := known.get(name.removeprefix(custom_prompts.PREFIX))):
            return _from_prompt(draft_sent, prompt, arguments)
        command_known = built_in.BY_NAME.get(name)
        if command_known is not None and command_known.argument and arguments:
            contents = [label.text if isinstance(label.content, Picture) else label.content for label in draft.labels]
            return RunCommand(name, " ".join(_without_marks(arguments, contents).split()))
        if command_known is None:
            return Info(f"There is no command /{name}.", "Type / for the list")
    images = pictures(draft_sent)
    return Message(Submit(text, images), draft_sent) if text or images else None


def command_word(text: str) -> tuple[str, str]:
    """The name behind the slash that a text begins with, and what follows; empty for text and for paths."""
    found = re.match(r"/(\S+)\s*(.*)", text, re.DOTALL)
    return (found[1], found[2]) if found and "/" not in found[1] else ("", "")


def _user_shell(draft: Draft) -> Message | Info:
    from shlex import quote

    command = expanded(draft, quote)[1:].strip()  # a file that was dropped is meant by its path here
    if not command:
        return Info("! runs a command of yours here, without the model.", "For example !git status")
    return Message(UserShell(command), draft)


def _from_prompt(draft: Draft, prompt: Prompt, arguments: str) -> Message | Error | None:
    try:
        text = custom_prompts.expand(prompt, arguments)
    except PromptError as error:
        return Error(_without_marks(str(error), [label.text for label in draft.labels]))
    contents = [label.text if isinstance(label.content, Picture) else label.content for label in draft.labels]
    text = _without_marks(text, contents).strip()
    images = pictures(draft)
    return Message(Submit(text, images), with_pictures(text, draft)) if text or images else None


def with_pictures(text: str, draft: Draft) -> Draft:
    """The text as a draft, with the labels of the pictures that are still in it."""
    labels: list[Label] = []
    for label in draft.labels:
        place = text.find(label.text, labels[-1].end if labels else 0)
        if isinstance(label.content, Picture) and place >= 0:
            labels.append(label.moved(place - label.start))
    return Draft(text, len(text), tuple(labels))


def _with_marks(draft: Draft) -> str:
    text = draft.text
    for index, label in reversed(list(enumerate(draft.labels))):
        text = text[: label.start] + chr(_LABEL + index) + text[label.end :]
    return text


def _without_marks(text: str, contents: Sequence[str]) -> str:
    for index, content in enumerate(contents):
        text = text.replace(chr(_LABEL + index), content)
    return text
