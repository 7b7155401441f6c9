"""The layers of a configuration as clients know them."""

from __future__ import annotations

from typing import Any

from octavo.config.layers import Layers


def layer_source(name: str, layers: Layers) -> dict[str, Any]:
    """Who decided a setting; `name` is what `config.explain` calls it."""
    if name == layers.user_path or name.startswith("profile "):
        return {"type": "user", "file": layers.user_path, "profile": None}
    if name == layers.managed_path:
        return {"type": "legacyManagedConfigTomlFromFile", "file": name}
    if name == "managed preferences":
        return {"type": "legacyManagedConfigTomlFromMdm"}
    return {"type": "sessionFlags"}
