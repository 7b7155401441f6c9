"""Settings that a client of today writes."""

from __future__ import annotations

from typing import Any

import pytest
from app_server_place import Place
from app_server_replies import runs, says
from threads_client import ThreadsClient, client

FILE = """\
# mine
model = "a"  # beside

[tui]
notifications = true

# the server
[mcp_servers.x]
command = "true"
env = { A = "secret" }
"""


def place_with(place: Place, text: str = FILE) -> ThreadsClient:
    place.configure(text)
    return client(place)


def written(place: Place) -> str:
    return (place.home / "config.toml").read_text()


def write(me: ThreadsClient, path: str, value: Any, strategy: str = "replace", **more: Any) -> dict[str, Any]:
    params = {"keyPath": path, "value": value, "mergeStrategy": strategy, **more}
    result: dict[str, Any] = me.server.result("config/value/write", params)
    return result


def test_a_value_changes_and_nothing_else(place: Place) -> None:
    me = place_with(place)
    done = write(me, "model", "b")
    assert (done["status"], done["filePath"]) == ("ok", str(place.home / "config.toml"))
    assert done["version"].startswith("sha256:")
    assert written(place) == FILE.replace('"a"', '"b"')
    assert me.server.result("thread/start", {})["model"] == "b"
    assert me.server.result("config/read", {})["origins"]["model"]["version"] == done["version"]


def test_a_table_is_merged_or_replaced(place: Place) -> None:
    me = place_with(place)
    write(me, "mcp_servers.x", {"args": ["1"], "env": {"B": "2"}}, "upsert")
    read = me.server.result("config/read", {})["config"]["mcp_servers"]["x"]
    assert set(read) == {"command", "args", "env"}
    assert set(read["env"]) == {"A", "B"}
    write(me, "mcp_servers.x", {"command": "c2"})
    assert me.server.result("config/read", {})["config"]["mcp_servers"] == {"x": {"command": "c2"}}
    assert written(place).startswith('# mine\nmodel = "a"  # beside\n')


def test_null_removes_and_quotes_hold_dots(place: Place) -> None:
    me = place_with(place)
    write(me, "model", None)
    write(me, 'projects."/a.b/c".trust_level', "trusted", "upsert")
    assert "model =" not in written(place)
    assert '[projects."/a.b/c"]\ntrust_level = "trusted"\n' in written(place)


@pytest.mark.parametrize(
    ("edit", "kind"),
    [
        ({"keyPath": "model", "value": 5}, "configValidationError"),
        ({"keyPath": "", "value": "x"}, "configValidationError"),
        ({"keyPath": "a..b", "value": "x"}, "configValidationError"),
        ({"keyPath": "notify", "value": [None]}, "configValidationError"),
        ({"keyPath": "mcp_servers.x.env", "value": {"A": "*****"}}, "configValidationError"),
        ({"keyPath": "model", "value": "x", "expectedVersion": "sha256:0"}, "configVersionConflict"),
        ({"keyPath": "model", "value": "x", "filePath": "/etc/hosts"}, "configLayerReadonly"),
    ],
)
def test_what_makes_no_sense_writes_nothing(place: Place, edit: dict[str, Any], kind: str) -> None:
    me = place_with(place)
    error = me.server.call("config/value/write", {"mergeStrategy": "replace", **edit})["error"]
    assert (error["code"], error["data"]) == (-32600, {"config_write_error_code": kind})
    assert written(place) == FILE


def test_of_several_values_all_are_written_or_none(place: Place) -> None:
    me = place_with(place)
    edits = [{"keyPath": key, "value": value, "mergeStrategy": "upsert"} for key, value in (("model", "z"), ("tui", 4))]
    assert me.server.error("config/batchWrite", {"edits": edits})[0] == -32600
    assert written(place) == FILE
    version = me.server.result("config/batchWrite", {"edits": edits[:1]})["version"]
    assert me.server.result("config/batchWrite", {"edits": edits[:1], "expectedVersion": version})["status"] == "ok"
    assert 'model = "z"  # beside' in written(place)


def test_a_value_that_something_else_decides_is_told(place: Place) -> None:
    place.configure(FILE)
    me = client(place, "-c", "model=flag", "app-server")
    done = write(me, "model", "b")
    assert (done["status"], done["overriddenMetadata"]["effectiveValue"]) == ("okOverridden", "flag")
    assert done["overriddenMetadata"]["overridingLayer"]["name"] == {"type": "sessionFlags"}


def test_a_file_that_is_not_there_is_made(place: Place) -> None:
    me = client(place)
    write(me, "features", {}, "replace")
    write(me, "sandbox_workspace_write.network_access", True, "upsert")
    assert written(place).endswith("[sandbox_workspace_write]\nnetwork_access = true\n")


def test_what_the_configuration_says_in_vain_is_told(place: Place) -> None:
    place.configure('default_permissions = "mine"\n[permissions.mine]\n')
    me = client(place)
    started = me.server.result("thread/start", {})
    assert started["sandbox"]["type"] == "readOnly"
    warning = me.server.notification("configWarning")
    assert "mine" in warning["summary"]


def test_kinds_of_questions_are_chosen_one_by_one(place: Place) -> None:
    kinds = {
        "sandbox_approval": True,
        "rules": False,
        "skill_approval": True,
        "request_permissions": True,
        "mcp_elicitations": False,
    }
    table = "{granular = {sandbox_approval = true, rules = false, mcp_elicitations = false}}"
    place.model(runs("touch", "x"), says("Done."), runs("touch", "x"), says("Done."), top=f"approval_policy = {table}")
    (place.home / "rules").mkdir()
    (place.home / "rules" / "default.rules").write_text('prefix_rule(pattern=["touch"], decision="prompt")\n')
    me = client(place)
    started = me.server.result("thread/start", {})
    assert started["approvalPolicy"] == {"granular": kinds}
    thread = started["thread"]["id"]
    turn = me.run(thread, "go")
    (refused,) = [item for item in me.items(turn["id"]) if item["type"] == "commandExecution"]
    assert (refused["status"], refused["exitCode"]) == ("failed", -1)
    turn_id = me.say(thread, "go", approvalPolicy={"granular": {**kinds, "rules": True}})
    question = me.server.question("item/commandExecution/requestApproval")
    me.server.reply(question["id"], {"decision": "decline"})
    assert me.ends(turn_id)["status"] == "completed"
