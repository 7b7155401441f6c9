"""`octavo exec`: from the command line to a configuration and one turn.

The prompt is read before anything slow is imported, then each check in the order that
`docs/exec.md` states; what fails prints one line and leaves stdout empty.
"""

from __future__ import annotations

from octavo.cli import start
from octavo.cli.loading import load_asyncio
from octavo.cli.words.invocation import Invocation
from octavo.cli.words.merged import Words
from octavo.cli.words.stop import Stop
from octavo.frontends.exec.prompt import BadSchema, NoPrompt, read_output_schema, read_prompt

TYPE_CHECKING = False  # as `typing` has it, which is not loaded yet
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from octavo.config.config import Config
    from octavo.config.load import ConfigFlags, ConfigSources
    from octavo.frontends.exec.style import ColorChoice
    from octavo.protocol.ids import ConversationId
    from octavo.protocol.review import ReviewRequest

    T = TypeVar("T", int, float)

_TODAY = (
    "add-dir",
    "cyber-access-program",
    "ephemeral",
    "ignore-rules",
    "ignore-user-config",
    "local-provider",
    "strict-config",
    "thread-source",
)
"""Options that only clients of later releases know."""

_BYPASS = "dangerously-bypass-approvals-and-sandbox"


def run(invocation: Invocation) -> int:
    """Run `exec` or `exec resume`; the exit code."""
    levels = invocation.levels[1:]  # what stands before `exec` belongs to the terminal interface
    if len(levels) == 1 and (levels[0].has("last") or levels[0].has("all")):
        from octavo.errors import UsageError

        raise UsageError("--last and --all belong to `octavo exec resume`")
    resume_id, resume_prompt = _resume_words(invocation) if len(levels) > 1 else (None, None)
    argument = levels[0].text("PROMPT") if resume_prompt is None else resume_prompt
    return run_turn(invocation, Words(levels), argument, resume_id=resume_id)


def fork(invocation: Invocation) -> int:
    """Run `exec fork`; the exit code."""
    levels, own = invocation.levels[1:], invocation.last
    argument = own.text("PROMPT") if own.has("PROMPT") else levels[0].text("PROMPT")
    return run_turn(invocation, Words(levels), argument, resume_id=own.text("SESSION_ID"), forks=True)


def run_turn(
    invocation: Invocation,
    words: Words,
    argument: str | None = None,
    *,
    resume_id: str | None = None,
    forks: bool = False,
    review: ReviewRequest | None = None,
) -> int:
    """One turn of what the words say; `argument` is the prompt where there is no review. The exit code."""
    prompt, schema = _read(invocation, words, argument, review)
    chosen = start.overrides(invocation, start.EXEC)
    reads_user_file, is_strict = not words.has("ignore-user-config"), words.has("strict-config")

    def load(cwd: str | None = None) -> tuple[ConfigSources, Config]:
        flags = _flags(words, cwd)
        return start.load_with_sources(chosen, flags, start.EXEC, reads_user_file=reads_user_file, is_strict=is_strict)

    sources, config = start.load_trusting(words, load)
    session_id = None
    if words.has("worktree") or words.text("worktree-name") is not None:
        session_id, folder = _in_worktree(words, config, resume_id)
        sources, config = load(folder)
    start.tell_of_no_effect(words)
    from octavo.git.info import early_git_info

    load_asyncio()  # before anything else asks for it
    git_info = early_git_info(config.cwd)  # git works while the rest is imported
    from typing import cast

    from octavo.cli.exec_turn import ExecRequest, turn  # slow: only when all of the above is well

    says_today = (
        forks
        or review is not None
        or any(words.has(name) for name in _TODAY)
        or any(path == "openai_base_url" for path, _ in chosen)
    )
    request = ExecRequest(
        prompt=prompt,
        images=words.texts("image"),
        output_schema=schema,
        json=words.has("json"),
        says_today=says_today,
        color=cast("ColorChoice", words.text("color") or "auto"),
        last_message_file=words.text("output-last-message"),
        skip_git_check=words.has("skip-git-repo-check"),
        resume_id=resume_id,
        resume_last=words.has("last"),
        ephemeral=words.has("ephemeral"),
        session_id=session_id,
        resume_any=words.has("all"),
        forks=forks,
        review=review,
        thread_source=words.text("thread-source"),
    )
    return turn(
        sources,
        config,
        request,
        add_dir=words.has("add-dir"),
        oss=words.has("oss"),
        replay=words.text("replay"),
        record=words.text("record"),
        git_info=git_info,
    )


def _read(
    invocation: Invocation, words: Words, argument: str | None, review: ReviewRequest | None
) -> tuple[str, Any | None]:
    """The prompt and the schema of the answer. Raises `Stop`."""
    try:
        prompt = read_prompt(_whole(invocation, argument)) if review is None else review.user_facing_hint
        schema_file = words.text("output-schema")
        return prompt, None if schema_file is None else read_output_schema(schema_file)
    except (NoPrompt, BadSchema) as error:
        raise Stop(1, f"{error}\n") from None


def _whole(invocation: Invocation, prompt: str | None) -> str | None:
    """The prompt of the command line, which has to be text. Raises `Stop`."""
    if prompt is not None and not prompt.isascii() and any("\udc80" <= char <= "\udcff" for char in prompt):
        from octavo.cli.words.parser import usage_error

        usage_error(invocation.path, "invalid UTF-8 was detected in one or more arguments")
    return prompt


def _resume_words(invocation: Invocation) -> tuple[str | None, str | None]:
    """Session id and prompt after `resume`: with `--last`, a single word is the prompt."""
    level = invocation.last
    first, second = level.text("SESSION_ID"), level.text("PROMPT")
    if not Words(invocation.levels[1:]).has("last"):
        return first, second
    if second is not None:
        from octavo.cli.words.parser import usage_error

        usage_error(invocation.path, "the argument '--last' cannot be used with '[SESSION_ID]'")
    return None, first


def _in_worktree(words: Words, config: Config, resume_id: str | None) -> tuple[ConversationId, str]:
    """The id of a new session, and the folder to work in. Raises `Stop`, `OctavoError`."""
    import os
    import time

    from octavo.cli.worktree.of_run import folder_in_worktree
    from octavo.protocol.ids import InvalidConversationId, make_conversation_id, parse_conversation_id

    name, new_id = words.text("worktree-name"), make_conversation_id(time.time_ns() // 1_000_000, os.urandom(10))
    if name is None and words.has("last"):
        raise Stop(1, "Error: --worktree with --last needs --worktree-name\n")
    resumed = new_id
    if resume_id is not None and name is None:
        from octavo.frontends.exec.chosen_session import NoSuchSession
        from octavo.rollout.find import id_of_named

        try:
            resumed = parse_conversation_id(id_of_named(config.codex_home, resume_id) or resume_id)
        except InvalidConversationId:
            raise NoSuchSession(resume_id) from None
    return new_id, folder_in_worktree(config.cwd, name, resumed)


def _flags(words: Words, cwd: str | None = None) -> ConfigFlags:
    from typing import cast

    from octavo.config.load import ConfigFlags, OssProvider

    oss = words.has("oss")
    return ConfigFlags(
        model=words.text("model"),
        profile=words.text("profile"),
        sandbox_mode=start.sandbox_mode(words),
        # There is nobody to ask, but for a model that answers in the user's place.
        approval_policy="on-request" if words.has("approve-for-me") and not words.has(_BYPASS) else "never",
        approvals_reviewer="auto_review" if words.has("approve-for-me") else None,
        trusts_hooks=words.has("dangerously-bypass-hook-trust"),
        cwd=cwd or start.chosen_folder(words.text("cd")),
        oss=oss,
        oss_provider=cast("OssProvider | None", words.text("local-provider")),
        embedded=words.has("local"),
        show_raw_agent_reasoning=True if oss or words.has("local") else None,
        additional_writable_roots=words.texts("add-dir"),
        ignore_rules=words.has("ignore-rules"),
        max_turns=_number(words, "max-turns", int),
        max_tokens=_number(words, "max-tokens", int),
        max_cost=_number(words, "max-cost", float),
        time_limit=words.text("time-limit"),
    )


def _number(words: Words, option: str, kind: Callable[[str], T]) -> T | None:
    """A number of the command line. Raises `UsageError`."""
    text = words.text(option)
    try:
        return None if text is None else kind(text)
    except ValueError:
        from octavo.errors import UsageError

        raise UsageError(f"invalid value '{text}' for '--{option}': a number is needed") from None
