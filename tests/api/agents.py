"""Agents whose model is a script, in a home and a project of their own."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import msgspec

from octavo import Agent, SyncAgent
from octavo.model.scripted import Script, ScriptedBackend


def settings(folder: Path, *script: Script, **more: Any) -> dict[str, Any]:
    """What an agent in `folder` is made of; `more` goes before."""
    home, project = folder / "home", folder / "project"
    home.mkdir(parents=True, exist_ok=True)
    project.mkdir(exist_ok=True)
    environ = {"PATH": os.environ["PATH"], "HOME": str(home)}
    given = {"cwd": project, "codex_home": home, "environ": environ, "model": "gpt-5", "sandbox": "workspace-write"}
    return {**given, "backend": ScriptedBackend(script), **more}


def agent(folder: Path, *script: Script, **more: Any) -> Agent:
    return Agent(**settings(folder, *script, **more))


def sync_agent(folder: Path, *script: Script, **more: Any) -> SyncAgent:
    return SyncAgent(**settings(folder, *script, **more))


def request(backend: ScriptedBackend, number: int) -> Any:
    """A request that the model got, as JSON."""
    return json.loads(msgspec.json.encode(backend.requests[number].payload))


def heard(backend: ScriptedBackend, number: int) -> str:
    """Everything that the model heard with one request."""
    return json.dumps(request(backend, number)["input"])
