"""`octavo exec review` and `octavo review`: what to look at, from the command line (`docs/exec.md`, "Reviews")."""

from __future__ import annotations

from octavo.cli import exec as exec_command
from octavo.cli.words.invocation import Invocation
from octavo.cli.words.merged import Words
from octavo.cli.words.parser import usage_error
from octavo.cli.words.stop import Stop
from octavo.frontends.exec.prompt import NoPrompt, read_stdin
from octavo.protocol.review import ReviewRequest


def review(invocation: Invocation) -> int:
    """Run the review; the exit code."""
    return exec_command.run_turn(invocation, Words(invocation.levels[1:]), review=_request(invocation))


def review_alone(invocation: Invocation) -> int:
    """The same as a command of its own: `octavo review`."""
    return exec_command.run_turn(invocation, Words(invocation.levels), review=_request(invocation))


def _request(invocation: Invocation) -> ReviewRequest:
    from octavo.frontends import review_requests as requests

    words = invocation.last
    branch, sha, title, prompt = (words.text(key) for key in ("base", "commit", "title", "PROMPT"))
    targets = [f"--{key}" for key in ("uncommitted", "base", "commit") if key in words.values]
    if prompt is not None and targets:
        usage_error(invocation.path, f"the argument '{targets[0]}' cannot be used with '[PROMPT]'")
    if title is not None and sha is None:
        usage_error(invocation.path, "the argument '--title <TITLE>' needs '--commit <SHA>'")
    for name, value in (("--base", branch), ("--commit", sha)):
        if value is not None and (value.startswith("-") or not value.strip()):
            usage_error(invocation.path, f"invalid value '{value}' for '{name}'")
    if branch is not None:
        return requests.against_branch(branch)
    if sha is not None:
        return requests.of_commit(sha, title)
    if prompt is None:
        return requests.of_changes()
    try:
        instructions = read_stdin() if prompt == "-" else prompt
    except NoPrompt as error:
        raise Stop(1, f"{error}\n") from None
    if not instructions.strip():
        raise Stop(1, "The review needs instructions, or a target such as --uncommitted.\n")
    return requests.by_instructions(instructions)
