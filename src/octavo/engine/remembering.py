"""Making a rule of the user's answer to a question (`docs/permissions.md`)."""

from __future__ import annotations

import os
import pwd
import time

from octavo.engine.active_turn import ActiveTurn
from octavo.engine.session import Session
from octavo.protocol.events import Warning
from octavo.protocol.ops import Remember
from octavo.tools import permissions


def remember(session: Session, turn: ActiveTurn, wish: Remember) -> None:
    """Keep the rule; that it cannot be kept is told, and the answer holds for this once."""
    home = session.config.codex_home
    known = session.permissions or permissions.Permissions(home, session.config.environ)
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(session.services.now()))
    project = None if wish.everywhere else known.project_of(turn.context.settings.cwd)
    try:
        permissions.remember(home, project, wish.prefix, f"{_user()}, {when}")
    except permissions.CannotRemember as error:
        session.emit(turn.id, Warning(str(error)))


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
