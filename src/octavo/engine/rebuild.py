"""From a saved session to what the model knew (`docs/rollouts.md`)."""

from __future__ import annotations

from octavo.engine.session import Session
from octavo.protocol.session_prefix import is_real_user_message
from octavo.rollout.lines import CompactedLine
from octavo.rollout.origin import Origin
from octavo.rollout.read import LoadedRollout, ThreadRolledBack


def rebuild_history(session: Session, saved: LoadedRollout) -> None:
    """Fill the session's history from the saved lines.

    A summary takes the place of what came before it, with the initial context of
    the settings of now. Reasoning of another provider is left out: it is of no use to
    this one, which may even refuse it. From here on answers name their provider if it
    is another than the file's.
    """
    history, origin, provider = session.history, Origin(), session.config.model_provider_id
    for entry in saved.history_for(provider, origin):
        match entry:
            case CompactedLine():
                if entry.replacement_history:
                    history.replace(())
                    history.record(entry.replacement_history)
                else:
                    from octavo.engine.compaction import compacted_history  # most sessions never needed a summary

                    initial = session.initial_items(session.settings)
                    history.replace(compacted_history(initial, history.user_messages(), entry.message))
            case ThreadRolledBack():
                _forget_turns(session, entry.num_turns)
            case _:
                history.record([entry])
    session.names_provider = origin.home is not None and origin.home != provider


def _forget_turns(session: Session, count: int) -> None:
    """Drop the last `count` messages of the user and all that came after them."""
    items = session.history.items
    places = [place for place, item in enumerate(items) if is_real_user_message(item)]
    if count > 0 and places:
        session.history.replace(items[: places[-min(count, len(places))]])
