"""`model/list`: the models that users can choose."""

from __future__ import annotations

from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v2.types.models import EffortOption, Model, ModelListParams, ModelListResponse
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.frontends.jsonrpc.pages import page
from octavo.model.presets import PRESETS


async def list_models(_: Server, __: RequestId, params: ModelListParams) -> ModelListResponse:
    """A page of them. None is hidden."""
    models = [
        Model(
            id=preset.model,
            model=preset.model,
            display_name=preset.model,
            description=preset.description,
            hidden=False,
            is_default=preset is PRESETS[0],
            default_reasoning_effort=preset.default_effort,
            supported_reasoning_efforts=tuple(EffortOption(*effort) for effort in preset.efforts),
        )
        for preset in PRESETS
    ]
    shown, after = page(models, params.cursor, params.limit, lambda model: model.id)
    return ModelListResponse(tuple(shown), after)
