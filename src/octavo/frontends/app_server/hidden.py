"""What a client's own command may not read: in a sandbox the same as a command of a model (`docs/deny-read.md`)."""

from __future__ import annotations

import asyncio

from octavo.config.config import Config
from octavo.protocol.policy import DangerFullAccess, SandboxPolicy
from octavo.sandbox.spec import NOTHING, Unreadable


async def hidden_from_client(config: Config, policy: SandboxPolicy) -> Unreadable:
    """What there is of that now; nothing where the client asks for no sandbox."""
    if isinstance(policy, DangerFullAccess):
        return NOTHING
    from octavo.sandbox.unreadable import unreadable  # only where commands are run

    if not config.deny_read:
        return unreadable(config, policy, config.cwd)
    return await asyncio.to_thread(unreadable, config, policy, config.cwd)  # it looks through the whole folder
