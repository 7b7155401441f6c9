"""What this session and the last days took."""

from __future__ import annotations

import datetime
import time

from octavo.frontends.terminal.effects.shows import ShowUsage
from octavo.frontends.terminal.interface import Interface

_SECONDS, _LONG = 5.0, 120.0


def show_usage(here: Interface, _: ShowUsage) -> None:
    """Print the session and the limits at once, and the days when they are read."""

    async def look() -> None:
        from octavo.engine.in_thread import in_thread
        from octavo.frontends.terminal.actions.usage import usage_of_days, usage_of_session
        from octavo.frontends.terminal.cells.usage import DaysCell, SessionUsageCell

        config, path = here.config, here.rollout_path
        try:
            session = await in_thread(lambda: usage_of_session(config, path), _SECONDS) if path else None
        except TimeoutError:
            session = None
        talk, now = here.app.talk, datetime.datetime.now().astimezone()
        if talk is None:
            return
        talk.show(SessionUsageCell(session, talk.chat.usage.shown(time.monotonic(), now), now))
        here.loop.changed()
        try:
            days, total = await in_thread(lambda: usage_of_days(config, now.date()), _LONG)
        except TimeoutError:
            here.error("The saved sessions do not answer, so the last days are not known.")
            return
        talk.show(DaysCell(days, total))
        here.loop.changed()

    here.start(look())
