"""`model/list`: the models that users can choose."""

from __future__ import annotations

from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v1.types.params import ListModelsParams
from octavo.frontends.app_server.v1.types.results import ListModelsResponse
from octavo.frontends.app_server.v1.types.values import Model, ReasoningEffortOption
from octavo.frontends.jsonrpc.errors import refused
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.model.presets import PRESETS

_MOST_DIGITS = 20
_MODELS = tuple(
    Model(
        id=preset.model,
        model=preset.model,
        display_name=preset.model,
        description=preset.description,
        supported_reasoning_efforts=tuple(ReasoningEffortOption(*effort) for effort in preset.efforts),
        default_reasoning_effort=preset.default_effort,
        is_default=preset is PRESETS[0],
    )
    for preset in PRESETS
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
