"""The SDK for TypeScript, of today and of the first generation, drives `exec`."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
from exec_model_server import answer, runs, says
from exec_place import OCTAVO, Place
from typescript_sdk import run_script, sdk

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)
TOO_LONG = [
    {
        "type": "response.failed",
        "response": {"id": "r", "error": {"code": "context_length_exceeded", "message": "Too long."}},
    }
]
SEARCH = {"type": "web_search_call", "id": "ws", "status": "completed", "action": {"type": "search", "query": "x"}}


@pytest.fixture
def exe(place: Place) -> Path:
    """One file that starts the program, as the SDK wants it."""
    path = place.root / "octavo"
    path.write_text(f'#!/bin/sh\nexec {shlex.join((sys.executable, *OCTAVO[1:]))} "$@"\n')
    path.chmod(0o755)
    return path


@pytest.fixture
def picture(place: Place) -> Path:
    path = place.root / "dot.png"
    path.write_bytes(PNG)
    return path


def parts(request: dict[str, Any]) -> list[str]:
    """What kinds of content the last message holds."""
    return [part["type"] for part in request["input"][-1]["content"]]


def test_the_sdk_of_today_with_every_option(place: Place, exe: Path, picture: Path) -> None:
    folder = sdk("0.163.0", fetches=True)
    extra = place.root / "extra"
    extra.mkdir()
    patch = f"apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: {extra}/n.txt\n+x\n*** End Patch\nEOF"
    model = place.model(
        answer(runs(f'echo "$A"; touch {extra}/made')),
        answer(SEARCH, runs(patch, "p")),
        answer(says('{"a": 1}')),
        answer(says("A dot.")),
        answer(says("Third."), tokens=(7, 0, 1)),
        TOO_LONG,
        answer(runs("sleep 60")),
        answer(says("Here.")),
        answer(says("Bare.")),
    )
    (place.home / "config.toml").unlink()
    words = (str(exe), model.url, str(place.workspace), str(extra), str(picture))
    run_script(folder, "sdk_of_today.mjs", *words, env=place.environ())
    first, second, third = model.requests[0], model.requests[3], model.requests[4]
    assert {headers["originator"] for headers in model.headers} == {"codex_sdk_ts"}
    assert model.headers[0]["authorization"] == "Bearer sdk-key"
    assert first["model"] == "gpt-5"
    assert first["reasoning"]["effort"] == "max"
    assert first["text"]["format"]["schema"]["required"] == ["a"]
    assert {"type": "web_search", "external_web_access": True} in first["tools"]
    assert "text" not in second
    assert parts(second) == ["input_image", "input_image", "input_text"]
    assert second["input"][-1]["content"][-1]["text"] == "What is it?\n\nIn a word."
    assert third["input"][-1]["content"][0]["text"] == "Again"
    assert (extra / "made").exists()
    assert (extra / "n.txt").read_text() == "x\n"
    meta = json.loads(place.rollouts()[0].read_text().split("\n")[0])["payload"]
    assert (meta["thread_source"], meta["source"], meta["originator"]) == ("my_src", "exec", "codex_sdk_ts")


def test_the_sdk_of_the_first_generation(place: Place, exe: Path, picture: Path) -> None:
    folder = sdk("0.53.0", fetches=False)
    told = (answer(says(text), tokens=(5, 0, 0)) for text in ("First.", "A dot.", "Third."))
    model = place.model(*told, TOO_LONG)
    (place.home / "config.toml").unlink()
    words = (str(exe), model.url, str(place.workspace), str(picture))
    run_script(folder, "sdk_of_before.mjs", *words, env=place.environ())
    assert parts(model.requests[1]) == ["input_image", "input_text"]
    assert {headers["originator"] for headers in model.headers} == {"codex_sdk_ts"}
