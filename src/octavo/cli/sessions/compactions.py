"""`octavo sessions show --compactions` and `sessions rollback`: what compactions took out, and putting it back
(`docs/compaction.md`).
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence

import msgspec
from msgspec import UNSET

from octavo.cli import start
from octavo.cli.sessions.choice import chosen_session
from octavo.cli.visible import one_line, visible
from octavo.cli.words.invocation import Invocation
from octavo.cli.words.stop import Stop
from octavo.config.config import Config
from octavo.config.home import find_home
from octavo.config.load import ConfigFlags, ConfigSources
from octavo.frontends.shown_text import local_time
from octavo.protocol.json_text import readable_json
from octavo.rollout.lines import CompactedLine, DroppedOutput, kind_of, timestamp_of
from octavo.rollout.read import LoadedRollout, history_entries, load_rollout


class Compaction(msgspec.Struct):
    """One of a session: its time (UTC), whether it still counts, the note for the model, and what went.

    `dropped` and `others`, steps besides outputs of tools, are null where nobody wrote them down.
    """

    at: str
    taken_back: bool
    note: str
    dropped: tuple[DroppedOutput, ...] | None
    others: int | None


def compactions(rollout: LoadedRollout) -> list[Compaction]:
    """All of a session, in order. Raises `RolloutReadError`."""
    found: list[Compaction] = []
    for _, line in rollout.lines_from(0, lambda line: kind_of(line) == "compacted"):
        for entry in history_entries(line):
            if not isinstance(entry, CompactedLine):
                continue
            if entry.takes_back is not True:
                found.append(_compaction(timestamp_of(line), entry))
            elif in_force := [one for one in found if not one.taken_back]:
                in_force[-1].taken_back = True
    return found


def _compaction(at: str, line: CompactedLine) -> Compaction:
    is_told = line.dropped is not UNSET or line.others is not UNSET
    dropped = () if line.dropped is UNSET else line.dropped
    others = 0 if line.others is UNSET else line.others
    return Compaction(at, False, line.message, dropped if is_told else None, others if is_told else None)


def print_compactions(rollout: LoadedRollout, *, as_json: bool) -> None:
    """One after the other, what went with its size, then the note."""
    found = compactions(rollout)
    if as_json:
        sys.stdout.write(readable_json({"compactions": found}))
    elif not found:
        sys.stderr.write("No compactions.\n")
    else:
        sys.stdout.write("\n".join(f"{number}. {_shown(one)}" for number, one in enumerate(found, 1)))


def _shown(one: Compaction) -> str:
    title = f"{local_time(one.at)}  {_went(one)}{', taken back since' if one.taken_back else ''}"
    dropped = [f"{output.bytes:>12,}  {one_line(output.call)}" for output in one.dropped or ()]
    note = [f"   {row}".rstrip() for row in visible(one.note).strip("\n").split("\n")]
    return "\n".join([title, *dropped, *note]) + "\n"


def _went(one: Compaction) -> str:
    if one.dropped is None:
        return "everything but the user's words gave way to a summary"
    size = sum(output.bytes for output in one.dropped)
    outputs = f"{_count(len(one.dropped), 'output')} of tools ({size:,} bytes)"
    return f"{outputs} and {_count(one.others or 0, 'other step')} went" if one.others else f"{outputs} went"


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"


def roll_back(invocation: Invocation) -> int:
    """Take back the newest compaction of a session that nobody goes on with at the moment."""
    path = chosen_session(find_home(os.environ), invocation.last.text("SESSION") or "", archived=False)
    cwd = load_rollout(path).meta.cwd
    flags = ConfigFlags(cwd=cwd if os.path.isdir(cwd) else None)
    sources, config = start.load_with_sources(start.overrides(invocation, start.PLAIN), flags, start.PLAIN)
    error = asyncio.run(_roll_back(sources, msgspec.structs.replace(config, mcp_servers={}), path))
    if error is not None:
        raise Stop(1, f"Error: {error}\n")
    sys.stdout.write("Taken back: the session goes on with all that was there before its last compaction.\n")
    return 0


async def _roll_back(sources: ConfigSources, config: Config, path: str) -> str | None:
    from octavo.protocol import events, ops
    from octavo.runtime.front_end import FrontEnd
    from octavo.runtime.runtime import Runtime

    runtime = Runtime(sources, config, FrontEnd("cli", replays=False), start.warn)
    conversation = await runtime.resume(path)
    errors: list[str] = []
    try:
        task = await conversation.submit(ops.RollBackCompaction())
        while True:
            event = await conversation.next_event()
            match event.msg:
                case events.Error(message=message) if event.id == task:
                    errors.append(message)
                case events.TaskComplete() if event.id == task:
                    return _first(errors)
                case _:
                    pass
    finally:
        await conversation.close()
        await runtime.aclose()


def _first(errors: Sequence[str]) -> str | None:
    return errors[0] if errors else None
