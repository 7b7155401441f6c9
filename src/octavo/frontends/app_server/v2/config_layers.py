"""The layers of a configuration as clients know them."""

from __future__ import annotations

import os
from typing import Any

from octavo.config.layers import CONFIG_FILE, MACHINE_PATH, Layers
from octavo.config.project_files import FOLDER


def layer_source(name: str, layers: Layers) -> dict[str, Any]:
    """Who decided a setting; `name` is what `config.explain` calls it."""
    if name == layers.user_path or name.startswith("profile "):
        return {"type": "user", "file": layers.user_path, "profile": None}
    if name == layers.managed.path:
        return {"type": "legacyManagedConfigTomlFromFile", "file": name}
    if name == MACHINE_PATH:
        return {"type": "system", "file": name}
    if name.endswith(f"/{FOLDER}/{CONFIG_FILE}"):
        return {"type": "project", "dotCodexFolder": os.path.dirname(name)}
    if name == "managed preferences":
        return {"type": "legacyManagedConfigTomlFromMdm"}
    return {"type": "sessionFlags"}
