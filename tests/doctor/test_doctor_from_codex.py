"""`octavo doctor --from-codex`: what of a folder of Codex carries over."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from octavo_program import Home
from written_sessions import session_id, write_session

CONFIG = """
model = "gpt-6"
personality = "friendly"
modle = "x"
default_permissions = "mine"
approval_policy = {granular = {sandbox_approval = true, rules = true, mcp_elicitations = true}}
notify = ["no-such-program"]
[permissions.mine]
network.enabled = true
[features]
multi_agent = true
web_search = true
[tui]
theme = "dark"
[plugins.x]
enabled = true
[mcp_servers.docs]
command = "no-such-server"
[mcp_servers.far]
url = "https://x/mcp"
"""


def told(home: Home, *words: str) -> dict[str, list[dict[str, Any]]]:
    """The findings by what they are about."""
    by_check: dict[str, list[dict[str, Any]]] = {}
    for finding in home.octavo("doctor", "--from-codex", "--json", *words).json["findings"]:
        by_check.setdefault(finding["check"], []).append(finding)
    return by_check


def texts(findings: list[dict[str, Any]]) -> str:
    return "\n".join(f"{finding['state']} {finding['text']}" for finding in findings)


def contents(folder: Path) -> dict[str, tuple[bytes, float]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime)
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def used(home: Home) -> Home:
    """A home as somebody leaves it who has used a later release for a while."""
    home.configure(CONFIG)
    for name, text in {
        "work.config.toml": 'model = "o3"',
        "bad.config.toml": "model = 5",
        "AGENTS.md": "Be brief.",
        "prompts/fix.md": "Fix it",
        "rules/default.rules": 'prefix_rule(["rm"], decision="forbidden")',
        "skills/pdf/SKILL.md": "---\nname: pdf\n---",
        "hooks.json": "{}",
        "state_5.sqlite": "",
        "history.jsonl": "{}",
        "auth.json": json.dumps({"auth_mode": "apikey", "OPENAI_API_KEY": "sk-secret", "agent_identity": {"x": 1}}),
    }.items():
        path = home.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (home.path / "auth.json").chmod(0o600)
    write_session(home, 1)
    write_session(home, 2, cli_version="0.169.0", history_mode="paginated", source="cli")
    torn = write_session(home, 3)
    torn.write_text("torn")
    torn.with_name("rollout-x.jsonl.zst").write_bytes(b"")
    (home.path / "session_index.jsonl").write_text(json.dumps({"id": session_id(1), "thread_name": "n"}) + "\n")
    return home


def test_each_setting_carries_over_or_is_named(used: Home) -> None:
    found = texts(told(used)["config"])
    assert (
        "ok carries over: approval_policy, default_permissions, features, mcp_servers, model, notify, permissions, tui"
        in found
    )
    assert "warning of later releases, without effect here: features.multi_agent, personality, plugins" in found
    assert "warning modle means nothing to any release" in found
    assert "warning The permission profile `mine` is not supported" in found
    assert "ok the granular approval policy holds for the sandbox (on-request) and for rules" in found
    assert "warning web_search is an older name" in found
    assert "warning notify: there is no program no-such-program" in found
    assert "ok profile work carries over" in found
    assert "broken profile bad: invalid type: integer `5`" in found


def test_advice_belongs_to_what_it_stands_behind(used: Home) -> None:
    mends = {finding["text"]: finding["mend"] for finding in told(used)["config"]}
    advised = [text for text, mend in mends.items() if mend is not None and "sandbox_mode" in mend]
    assert [text.split(":")[0] for text in advised] == ["The permission profile `mine` is not supported"]
    assert len([text for text in mends if "multi_agent" in text]) == 1


def test_servers_logins_and_sessions_are_counted(used: Home) -> None:
    found = told(used)
    assert texts(found["mcp"]) == (
        "warning docs: there is no program no-such-server\nok far carries over: https://x/mcp"
    )
    assert texts(found["login"]) == (
        "ok an API key carries over\nwarning further ways to log in are not used: agent_identity"
    )
    sessions = texts(found["sessions"])
    assert "ok 2 carry over (" in sessions
    assert "0.169.0: 1" in sessions
    assert "ok 1 with numbered lines go on in both programs" in sessions
    assert "ok 1 have names" in sessions
    assert "warning 1 are compressed (.jsonl.zst) and left out" in sessions
    assert "warning 1 cannot be read" in sessions


def test_files_that_steer_the_agent_are_named(used: Home) -> None:
    found = told(used)
    assert {"instructions", "prompts", "rules", "skills", "hooks", "plugins", "history"} <= set(found)
    assert "its indexes (1 databases)" in found["home"][0]["text"]


def test_nothing_is_changed_and_no_secret_shown(used: Home) -> None:
    before = contents(used.path)
    ran = used.octavo("doctor", "--from-codex")
    assert ran.code == 1  # a profile is broken
    assert "sk-secret" not in ran.out
    assert ran.err == ""
    assert contents(used.path) == before


def test_another_folder_can_be_named(used: Home, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    found = told(used, str(empty))
    assert found["home"][0]["text"].endswith("/empty, empty")
    assert texts(found["config"]) == "ok no config.toml: the defaults hold"
    assert list(empty.iterdir()) == []
    assert used.octavo("doctor", "--from-codex", str(tmp_path / "nowhere")).code == 1
    assert used.octavo("doctor", str(empty)).code == 2


@pytest.mark.parametrize(
    ("text", "state"),
    [("{", "broken"), ("{}", "broken"), ('{"OPENAI_API_KEY": "k", "auth_mode": "agentIdentity"}', "warning")],
)
def test_logins_that_cannot_be_used_are_told(home: Home, text: str, state: str) -> None:
    (home.path / "auth.json").write_text(text)
    os.chmod(home.path / "auth.json", 0o600)
    assert told(home)["login"][-1]["state"] == state


def test_a_configuration_that_cannot_be_read_is_told(home: Home) -> None:
    home.configure("model = ")
    (finding,) = told(home)["config"]
    assert finding["state"] == "broken"
    assert finding["text"].startswith("TOML parse error at line 1")
