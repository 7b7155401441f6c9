"""Saved sessions: how many there are, of which kinds, and which of them cannot be gone on with."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

from octavo.cli.doctor.finding import Finding, ok, warning
from octavo.cli.visible import one_line
from octavo.protocol.source import subagent_label
from octavo.rollout.files import archived_files, compressed_files, session_files
from octavo.rollout.head import read_head
from octavo.rollout.thread_names import thread_names


def check_sessions(folder: str) -> Iterator[Finding]:
    """What `octavo resume` and `octavo exec resume` can go on with."""
    sources: Counter[str] = Counter()
    versions: Counter[str] = Counter()
    silent = numbered = 0
    broken: list[str] = []
    try:
        for file in session_files(folder):
            try:
                head = read_head(file.path)
            except OSError:
                head = None
            if head is None or head.meta is None:
                broken.append(file.path)
                continue
            label = subagent_label(head.meta.source)
            sources[label if label is not None else str(head.meta.source)] += 1
            versions[head.meta.cli_version] += 1
            silent += not head.has_user_message
            numbered += head.meta.history_mode == "paginated"
        archived = sum(1 for _ in archived_files(folder))
    except OSError as error:
        yield warning("sessions", f"a folder cannot be read: {error.strerror}", "look at its permissions")
        return
    total = sum(sources.values())
    if total:
        yield ok("sessions", f"{total} carry over ({_counted(sources)}), written by {_counted(versions)}")
    else:
        yield ok("sessions", "none are saved")
    if numbered:
        yield ok("sessions", f"{numbered} with numbered lines go on in both programs")
    if silent:
        yield ok("sessions", f"{silent} in which the user said nothing are not listed, but go on by their id")
    if archived:
        yield ok("sessions", f"{archived} archived")
    if names := thread_names(folder):
        yield ok("sessions", f"{len(names)} have names, which resume takes too")
    if count := compressed_files(folder):
        text = f"{count} are compressed (.jsonl.zst) and left out"
        yield warning("sessions", text, "zstd -d --rm FILE makes one readable again")
    if broken:
        named = ", ".join(one_line(os.path.basename(path)) for path in broken[:3])
        yield warning("sessions", f"{len(broken)} cannot be read: {named}", "nothing to do: they are left out")
    if os.path.exists(os.path.join(folder, "history.jsonl")):
        yield ok("history", "the history of prompts carries over")


def _counted(counts: Counter[str]) -> str:
    most = counts.most_common(4)
    named = ", ".join(f"{one_line(name)}: {count}" for name, count in most)
    return named + (", …" if len(counts) > len(most) else "")
