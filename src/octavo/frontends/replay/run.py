"""From a recording and a configuration to a report (`docs/replay.md`)."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from octavo.config.choices import ConfigFlags
from octavo.config.config import Agents, Config
from octavo.frontends.replay.play import Options, Outcome, Player, Step
from octavo.frontends.replay.recorded import NotPlayable, Recording
from octavo.frontends.replay.workspace import Workspace, copied
from octavo.protocol.policy import SandboxMode, sandbox_mode
from octavo.runtime.runtime import Runtime


class Request(msgspec.Struct, frozen=True):
    """What is to be played, where. `folder` is that of the run unless another is named."""

    recording: Recording
    folder: str
    options: Options = Options()
    commit: str | None = None
    sandbox: SandboxMode | None = None


class Report(msgspec.Struct, frozen=True):
    """What came of it; of a fork, the session that it left and the folder that it works in."""

    outcome: Outcome
    session_id: str | None = None
    workspace: str | None = None


async def replay(runtime: Runtime, request: Request, tell: Callable[[Step], None]) -> Report:
    """Play the recording in a copy of its workspace. Raises `OctavoError` where it cannot be played at all."""
    options, recording = request.options, request.recording
    count = len(recording.answers)
    if options.live_from is not None and not 1 <= options.live_from <= count + 1:
        raise NotPlayable(f"the recording has {count} answers: --from takes a number from 1 to {count + 1}")
    forks = options.live_from is not None
    async with copied(request.folder, request.commit, keeps=forks) as workspace:
        config = _config(runtime, request, workspace)
        live = runtime.backend(config) if forks else None
        player = Player(recording, (workspace.original_top, workspace.top), options, live, tell)
        runtime.use_backend(player)
        conversation = await runtime.open(config, saves=forks)
        try:
            await player.play(conversation)
        finally:
            await conversation.close()
        return Report(player.outcome, conversation.id if forks else None, workspace.cwd if forks else None)


def _config(runtime: Runtime, request: Request, workspace: Workspace) -> Config:
    """The settings of now with the model of then. Nobody is asked, nothing outside of the copy is started."""
    recording = request.recording
    settings = next((turn.settings for turn in recording.turns if turn.settings is not None), None)
    flags = ConfigFlags(
        cwd=workspace.cwd,
        model=settings.model if settings is not None else None,
        approval_policy="never",
        sandbox_mode=request.sandbox or _mode(runtime, recording),
    )
    config = msgspec.structs.replace(runtime.derive(flags), mcp_servers={}, notify=())
    return config if request.options.live_from is not None else msgspec.structs.replace(config, agents=Agents())


def _mode(runtime: Runtime, recording: Recording) -> SandboxMode:
    """That of the run, but never full access: nobody looks at what is run."""
    mode = recording.sandbox_mode or sandbox_mode(runtime.config.sandbox_policy)
    return "workspace-write" if mode == "danger-full-access" else mode
