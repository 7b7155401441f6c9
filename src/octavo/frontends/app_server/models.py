"""`model/list`: the models that users can choose."""

from __future__ import annotations

from octavo.frontends.app_server.errors import refused
from octavo.frontends.app_server.protocol.params import ListModelsParams
from octavo.frontends.app_server.protocol.results import ListModelsResponse
from octavo.frontends.app_server.protocol.values import Model, ReasoningEffortOption
from octavo.frontends.app_server.server import Server
from octavo.frontends.jsonrpc.messages import RequestId

_LOW = ReasoningEffortOption("low", "Little thought, quick answers")
_MEDIUM = ReasoningEffortOption("medium", "Thinks as long as an ordinary task needs")
_HIGH = ReasoningEffortOption("high", "Thinks long, for hard problems")
_MINIMAL = ReasoningEffortOption("minimal", "Hardly any thought, the quickest answers")

_MOST_DIGITS = 20
_MODELS = (
    Model(
        id="gpt-5-codex",
        model="gpt-5-codex",
        display_name="gpt-5-codex",
        description="Made for work on code with tools.",
        supported_reasoning_efforts=(_LOW, _MEDIUM, _HIGH),
        default_reasoning_effort="medium",
        is_default=True,
    ),
    Model(
        id="gpt-5",
        model="gpt-5",
        display_name="gpt-5",
        description="A general model with broad knowledge.",
        supported_reasoning_efforts=(_MINIMAL, _LOW, _MEDIUM, _HIGH),
        default_reasoning_effort="medium",
        is_default=False,
    ),
)


async def list_models(_: Server, __: RequestId, params: ListModelsParams) -> ListModelsResponse:
    """A page of them; a cursor is the number of models before the page."""
    start, total = _start(params.cursor), len(_MODELS)
    size = min(max(params.page_size, 1), total) if params.page_size is not None else total
    end = min(start + size, total)
    return ListModelsResponse(_MODELS[start:end], str(end) if end < total else None)


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.removeprefix("+").isdigit() or len(cursor) > _MOST_DIGITS:
        raise refused(f"invalid cursor: {cursor}")
    start = int(cursor)
    if start > len(_MODELS):
        raise refused(f"cursor {cursor} exceeds total models {len(_MODELS)}")
    return start
