"""What the local model is asked: from a chat payload to the library's request (`docs/local-models.md`). Pure.

Whatever the model, a turn ends: after so many calls only a text is allowed.
A small model has to begin with a call, because it would rather talk about the
work than do it; it is shown how by examples.
"""

from __future__ import annotations

from typing import Any

import msgspec

from octavo.model.backend import ChatPayload
from octavo.model.embedded.prompt import calls_in_turn, local_messages, tool_lines
from octavo.model.embedded.tools import LocalTool, answer_grammar, example_call, offered_tools

_MOST_CALLS_SMALL, _MOST_CALLS = 1, 40
_MOST_TOKENS_SMALL = 400  # more than the longest call that the grammar lets a small model write
_TEMPERATURE = 0.2
_EXAMPLES = (
    ("List the files.", "ls -la", "a.txt lib", "Done, I listed the files."),
    ("Create notes.txt with the text hi.", "echo 'hi' > notes.txt", "", "Done, I created notes.txt."),
    ("How many lines has main.c?", "wc -l main.c", "12 main.c", "Done, I counted the lines of main.c."),
    ("Show app.js.", "cat app.js", "Exit code: 1\nNo such file", "That failed, there is no app.js."),
    ("Show the last changes.", "git log --oneline -5", "b1f2 Fix tests", "Done, I looked at the git log."),
    ("Make a folder lib.", "mkdir -p lib", "", "Done, I made the folder lib."),
)


class LocalRequest(msgspec.Struct, frozen=True):
    """A request in the library's form, and the tools that may be called in the answer."""

    body: dict[str, Any]
    tools: tuple[LocalTool, ...]


def local_request(
    payload: ChatPayload, system_text: str, *, context_size: int, is_small: bool, seed: int | None = None
) -> LocalRequest:
    """The request for a model of that window in tokens.

    `system_text` stands in for the payload's own system message: who the model is, a
    blank line, and how it acts, with `{tools}` in the place of the tools.
    """
    offered = offered_tools(payload.tools, is_small=is_small)
    calls = calls_in_turn(payload.messages)
    callable_now = offered if calls < (_MOST_CALLS_SMALL if is_small else _MOST_CALLS) else ()
    examples = _examples(offered[0]) if offered and offered[0].is_narrowed else []
    system = _system(system_text, offered, has_examples=bool(examples))
    messages = local_messages(payload.messages, context_size=context_size, is_small=is_small)
    body: dict[str, Any] = {
        "messages": [{"role": "system", "content": system}, *examples, *messages],
        "stream_options": {"include_usage": True},
        "temperature": _TEMPERATURE,
    }
    if is_small:
        body["max_tokens"] = _MOST_TOKENS_SMALL
    if offered:
        may_answer = not is_small or calls > 0
        body["grammar"] = answer_grammar(callable_now, may_answer=may_answer, is_small=is_small)
    if seed is not None:
        body["seed"] = seed
    return LocalRequest(body, callable_now)


def _system(text: str, offered: tuple[LocalTool, ...], *, has_examples: bool) -> str:
    who, _, how = text.partition("\n\n")
    if not offered:
        return who
    return f"{who}\n\n{how.replace('{tools}', '' if has_examples else tool_lines(offered))}".strip()


def _examples(tool: LocalTool) -> list[dict[str, str]]:
    return [
        message
        for task, script, output, answer in _EXAMPLES
        for message in (
            {"role": "user", "content": task},
            {"role": "assistant", "content": example_call(tool, script)},
            {"role": "user", "content": f"Output:\n{output}"},
            {"role": "assistant", "content": answer},
        )
    ]
