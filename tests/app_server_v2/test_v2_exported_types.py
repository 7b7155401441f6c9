"""The exported types of today's dialect, and whether what is said keeps to them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from app_server_place import Place
from app_server_replies import calls, deltas, patches, runs
from jsonschema import Draft7Validator  # type: ignore[import-untyped]
from threads_client import client

BUNDLE = "codex_app_server_protocol.v2.schemas.json"


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(tmp_path_factory.mktemp("schemas"), "app-server", "generate-json-schema", "--experimental")


def exported(folder: Path, *words: str) -> Path:
    subprocess.run([sys.executable, "-m", "octavo", *words, "--out", str(folder)], check=True, capture_output=True)
    return folder


def checker(schemas: Path, name: str) -> Any:
    definitions = json.loads((schemas / BUNDLE).read_text())["definitions"]
    return Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": definitions})


def test_every_schema_is_valid_by_itself(schemas: Path) -> None:
    for file in (schemas / "v2").glob("*.json"):
        schema = json.loads(file.read_text())
        Draft7Validator.check_schema(schema)
        for target in re.findall(r'"\$ref": "#/definitions/([^"]+)"', file.read_text()):
            assert target in schema["definitions"], (file.name, target)


def test_the_handshake_is_where_clients_look_for_it(schemas: Path) -> None:
    for name in ("InitializeParams", "InitializeResponse"):
        assert (schemas / "v1" / f"{name}.json").read_text() == (schemas / "v2" / f"{name}.json").read_text()


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("TurnStartParams", {"threadId", "input", "toolOutput", "turnTrigger", "serviceTierForTurn"}),
        ("ThreadResumeParams", {"threadId", "excludeTurns"}),
        ("ThreadForkParams", {"threadId", "excludeTurns", "ephemeral"}),
    ],
)
def test_clients_find_the_members_that_they_look_for(schemas: Path, name: str, members: set[str]) -> None:
    assert members <= set(json.loads((schemas / "v2" / f"{name}.json").read_text())["properties"])


def test_the_types_of_both_generations_stand_side_by_side(tmp_path: Path) -> None:
    folder = exported(tmp_path, "generate-ts")
    assert (folder / "NewConversationParams.ts").exists()
    index = (folder / "v2" / "index.ts").read_text()
    for file in (folder / "v2").glob("*.ts"):
        assert file.stem == "index" or f'"./{file.stem}"' in index
        for target in re.findall(r'from "\./([^"]+)"', file.read_text()):
            assert (folder / "v2" / f"{target}.ts").exists(), (file.name, target)


def test_what_is_said_in_a_turn_keeps_to_the_types(schemas: Path, place: Place) -> None:
    patch = "*** Begin Patch\n*** Add File: n.txt\n+one\n*** End Patch"
    steps = [{"step": "look", "status": "in_progress"}]
    place.model(
        runs("sh", "-c", "echo hi"),
        patches(patch, "c2"),
        calls("update_plan", {"plan": steps}, "c3"),
        deltas(["a", "b"]),
        top='approval_policy = "untrusted"\nsandbox_mode = "danger-full-access"',
    )
    me = client(place)
    thread = me.start()
    turn = me.say(thread, "go")
    me.asked("item/commandExecution/requestApproval")
    me.server.reply(0, {"decision": "accept"})
    me.asked("item/fileChange/requestApproval", 1)
    me.server.reply(1, {"decision": "accept"})
    assert me.ends(turn)["status"] == "completed"
    told, asked = checker(schemas, "ServerNotification"), checker(schemas, "ServerRequest")
    for message in list(me.server.messages):
        if "method" in message:
            (asked if "id" in message else told).validate(message)
    read = me.server.result("thread/read", {"threadId": thread, "includeTurns": True})
    checker(schemas, "ThreadReadResponse").validate(read)
    checker(schemas, "ThreadListResponse").validate(me.server.result("thread/list", {}))
    checker(schemas, "ThreadResumeResponse").validate(me.server.result("thread/resume", {"threadId": thread}))
