"""Starting a conversation: new, resumed from a saved session, or forked from one (`docs/rollouts.md`)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

import msgspec

from octavo import __version__
from octavo.config.config import Config
from octavo.engine.confinement import keep_programs_out
from octavo.engine.conversation import Conversation
from octavo.engine.environment import login_shell_name
from octavo.engine.mcp_servers import start_mcp_servers
from octavo.engine.project_docs import project_folders, skill_roots, user_instructions
from octavo.engine.services import Services
from octavo.engine.session import Question, Session
from octavo.errors import OctavoError
from octavo.protocol import events
from octavo.protocol.ids import ConversationId, make_conversation_id
from octavo.protocol.items import ResponseItem
from octavo.rollout.lines import SessionMeta, timestamp_text
from octavo.rollout.recorder import RolloutRecorder

if TYPE_CHECKING:
    from octavo.engine.active_turn import ActiveTurn
    from octavo.engine.skill_list import FoundSkills
    from octavo.protocol.asides import Verdict
    from octavo.rollout.read import LoadedRollout


T = TypeVar("T")

OPEN_ELSEWHERE = (
    "This session is open somewhere else, too. Both are saved in one file, turn by turn, and neither hears what is said"
    " in the other: better end one, or fork the session."
)

_LARGE = 8 << 20
"""Bytes of a session that takes noticeably long to read."""


class CannotStart(OctavoError):
    """The conversation did not start."""


async def new_conversation(
    config: Config, services: Services, conversation_id: ConversationId | None = None
) -> Conversation:
    """A conversation with nothing in it, under a new id or this one. Raises `OctavoError` when it cannot be saved."""
    _begin(config)
    instructions, skills = _instructions(config)
    conversation_id = conversation_id or make_conversation_id(_unix_ms(services), services.random_bytes(10))
    recorder = await _new_file(config, services, conversation_id, instructions)
    session = _session(config, services, conversation_id, recorder, instructions, skills)
    configured = _announce(session, None)
    session.record(session.internal_turn_id(), session.initial_items(session.settings))
    recorder.flush()
    return Conversation(session, configured)


async def resume_conversation(config: Config, services: Services, rollout_path: str) -> Conversation:
    """Go on with a saved session: same id, same file. Settings come from `config`, not from the file."""
    from octavo.engine.rebuild import rebuild_history
    from octavo.rollout.read import load_rollout

    _begin(config)
    saved = load_rollout(rollout_path)
    recorder = RolloutRecorder.reopen(rollout_path, lambda: _unix_ms(services))
    with _closing_unless_whole(recorder):
        session = _session(config, services, saved.conversation_id, recorder, *_instructions(config))
        await _read_beside(saved, lambda: rebuild_history(session, saved))
        messages = await _read_beside(saved, lambda: _initial_messages(services, saved))
        return Conversation(session, _announce(session, messages))


async def fork_conversation(
    config: Config, services: Services, rollout_path: str, user_message: int | None
) -> Conversation:
    """A new conversation with everything that stood before the n-th message of the user, counted from 0.

    Without a number it has all that the other one holds. Without that many messages it is a
    new conversation with nothing in it.
    """
    from octavo.engine.rebuild import rebuild_history
    from octavo.rollout.fork import copied_lines, cut_before_user_message
    from octavo.rollout.read import load_rollout

    _begin(config)
    whole = load_rollout(rollout_path)
    saved = whole if user_message is None else cut_before_user_message(whole, user_message)
    if saved is None:
        return await new_conversation(config, services)
    instructions, skills = _instructions(config)
    conversation_id = make_conversation_id(_unix_ms(services), services.random_bytes(10))
    recorder = await _new_file(config, services, conversation_id, instructions)
    with _closing_unless_whole(recorder):
        recorder.record_copied(copied_lines(saved))
        session = _session(config, services, conversation_id, recorder, instructions, skills)
        await _read_beside(saved, lambda: rebuild_history(session, saved))
        messages = await _read_beside(saved, lambda: _initial_messages(services, saved))
        return Conversation(session, _announce(session, messages))


async def conversation_from_history(config: Config, services: Services, items: Sequence[ResponseItem]) -> Conversation:
    """A new conversation in which these items, and nothing else, came before."""
    _begin(config)
    instructions, skills = _instructions(config)
    conversation_id = make_conversation_id(_unix_ms(services), services.random_bytes(10))
    recorder = await _new_file(config, services, conversation_id, instructions)
    recorder.record_items(items)
    session = _session(config, services, conversation_id, recorder, instructions, skills)
    session.history.record(items)
    return Conversation(session, _announce(session, ()))


async def _read_beside(saved: LoadedRollout, read: Callable[[], T]) -> T:
    """What `read` finds in the session. A large one is read in a thread, so that keys are heard meanwhile."""
    if saved.size < _LARGE:
        return read()
    from octavo.engine.in_thread import in_thread  # few are

    return await in_thread(read)


@contextlib.contextmanager
def _closing_unless_whole(recorder: RolloutRecorder) -> Iterator[None]:
    """Nobody else knows of the file until the conversation stands."""
    is_whole = False
    try:
        yield
        is_whole = True
    finally:
        if not is_whole:
            recorder.close()


def _session(
    config: Config,
    services: Services,
    conversation_id: ConversationId,
    recorder: RolloutRecorder,
    instructions: str | None,
    skills: FoundSkills | None,
) -> Session:
    shell = login_shell_name(os.getuid())
    session = Session(config, services, conversation_id, recorder, instructions, shell, new_conversation, _review)
    session.skills = skills
    if config.agents.named or services.agents:
        from octavo.engine.sub_agents import agent_tools  # few have any

        session.more_tools += agent_tools(session)
    return session


def _instructions(config: Config) -> tuple[str | None, FoundSkills | None]:
    """What user, project and skills tell the model, and the skills, if there are any."""
    text = user_instructions(config)
    roots = [root for root in skill_roots(config) if os.path.isdir(root)] if config.project_doc_max_bytes > 0 else []
    if not roots:
        return text, None
    from octavo.engine.skill_list import find_skills  # most users have none

    found = find_skills(roots, config.skills)
    return "\n\n".join(part for part in (text, found.listed) if part) or None, found


async def _review(session: Session, turn: ActiveTurn, question: Question) -> Verdict:
    from octavo.engine.auto_review import review  # imported on use: rare

    return await review(session, turn, question)


async def _new_file(
    config: Config, services: Services, conversation_id: ConversationId, instructions: str | None
) -> RolloutRecorder:
    if not services.saves:
        return RolloutRecorder.nowhere(lambda: _unix_ms(services))
    git = await services.git_info(config.cwd)
    now = _unix_ms(services)
    meta = SessionMeta(
        id=conversation_id,
        timestamp=timestamp_text(now),
        cwd=config.cwd,
        originator=services.originator,
        cli_version=__version__,
        instructions=instructions,
        source=services.source,
        model_provider=config.model_provider_id,
        git=git if git is not None else msgspec.UNSET,
        thread_source=services.thread_source or msgspec.UNSET,
    )
    create = RolloutRecorder.create if services.saves_at_once else RolloutRecorder.create_later
    return create(config.codex_home, meta, lambda: _unix_ms(services))


def _initial_messages(services: Services, saved: LoadedRollout) -> tuple[msgspec.Raw, ...]:
    """What was said before, for a client that shows it: events as this version writes them."""
    if not services.replays:
        return ()
    from octavo.protocol.json_text import encode_json

    return tuple(msgspec.Raw(encode_json(event)) for event in saved.events())


def _announce(session: Session, saved_events: Sequence[msgspec.Raw] | None) -> events.SessionConfigured:
    """The first event, then a notice for each old name in the configuration; MCP servers begin to start."""
    _tell_observer(session)
    log_id, entry_count = _message_history(session.config)
    configured = events.SessionConfigured(
        session.id,
        session.settings.model,
        session.settings.effort if session.settings.effort is not None else msgspec.UNSET,
        log_id,
        entry_count,
        tuple(saved_events) if saved_events is not None else msgspec.UNSET,
        session.recorder.path,
    )
    session.emit("", configured)
    is_inner = session.services.depth > 0  # what is wrong with the configuration was told by the outermost one
    for warning in session.config.warnings if not is_inner else ():
        session.emit("", events.Warning(warning))
    if session.recorder.is_shared:
        session.emit("", events.Warning(OPEN_ELSEWHERE))
    for alias, canonical in session.config.deprecations:
        session.emit("", deprecation_notice(alias, canonical))
    for problem in session.skills.problems if session.skills is not None and not is_inner else ():
        session.emit("", events.Warning(problem))
    if _may_have_hooks(session.config):
        from octavo.engine.user_hooks import attach_hooks  # most users have none

        attach_hooks(session, resumed=saved_events is not None)
    start_mcp_servers(session)
    return configured


def _may_have_hooks(config: Config) -> bool:
    """Whether there is anything that may name a hook; a project's folders count once the project is trusted."""
    folders = project_folders(config) if config.project_is_trusted else []
    places = [config.codex_home, *(os.path.join(folder, ".codex") for folder in folders)]
    return bool(config.hooks) or any(os.path.lexists(os.path.join(place, "hooks.json")) for place in places)


def _tell_observer(session: Session) -> None:
    """A conversation starts; whoever wants to know is told from here on."""
    telemetry = session.services.telemetry
    if telemetry is None:
        return
    from octavo.model.settings import model_settings  # only who is observed pays for it
    from octavo.tools.telemetry import ConversationStart

    config, settings = session.config, session.settings
    model = model_settings(config, settings.model, settings.effort, settings.summary)
    start = ConversationStart(session.id, config, model, session.services.source)
    session.telemetry = telemetry.conversation_started(start)


def deprecation_notice(alias: str, canonical: str) -> events.DeprecationNotice:
    """What to write instead of an old name."""
    summary = f"`{alias}` is deprecated. Use `{canonical}` instead."
    if alias == canonical:
        return events.DeprecationNotice(summary)
    details = f"Turn it on with `--enable {canonical}`, or set `{canonical}` under `[features]` in config.toml."
    return events.DeprecationNotice(summary, f"{details} In short: [features].{canonical}")


def _message_history(config: Config) -> tuple[int, int]:
    """Id and length of the history of prompts that all conversations share; zeros where there is none."""
    if not os.path.exists(os.path.join(config.codex_home, "history.jsonl")):
        return 0, 0
    from octavo.rollout.message_history import message_history_size  # where nobody typed yet, nobody pays for it

    return message_history_size(config.codex_home)


def _begin(config: Config) -> None:
    if not os.path.isabs(config.cwd):
        raise CannotStart(f"cwd is not absolute: {config.cwd}")
    keep_programs_out(config.sandbox_policy, config.cwd, config.environ)


def _unix_ms(services: Services) -> int:
    return int(services.now() * 1000)
