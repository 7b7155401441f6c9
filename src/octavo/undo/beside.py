"""What another session may have changed while both ran something in one folder (`docs/undo.md`).

Whoever looks at the files after a step sees what anybody did meanwhile. A path that the journals of two sessions have,
from steps that ran at the same time, may be the work of either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from octavo.undo.entry import name_of
from octavo.undo.history import Net, unfinished
from octavo.undo.journal import Record, Step


def mark_shared(
    net: Mapping[str, Net],
    records: Sequence[Record],
    turns: Sequence[int],
    records_of: Callable[[str], Sequence[Record]],
) -> None:
    """Note which paths may have been changed by another session in these turns; `records_of` reads its journal."""
    known: dict[str, Sequence[Record]] = {}
    for step in records:
        if not isinstance(step, Step) or step.turn not in turns:
            continue
        for other in step.beside:
            if other not in known:
                known[other] = records_of(other)
            claimed = _claimed(known[other], step.began, step.time)
            for change in step.changes:
                path = name_of(change[0])
                if path in net and (claimed is None or path in claimed):
                    net[path].shared = True


def _claimed(records: Sequence[Record], began: float, ended: float) -> set[str] | None:
    """What a session changed in steps that ran in this time; None if nobody can tell."""
    running = unfinished(records)
    if not records or (running is not None and running.time <= ended):
        return None
    return {
        name_of(change[0])
        for record in records
        if isinstance(record, Step) and record.began <= ended and record.time >= began
        for change in record.changes
    }
