"""`exec` as programs and scripts of later releases call it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from exec_model_server import answer, runs, says
from exec_place import Place

HI = answer(says("Hi"))
SEARCH = {
    "type": "web_search_call",
    "id": "ws",
    "status": "completed",
    "action": {"type": "search", "query": "oslo"},
}


def used(reasoning: int) -> list[dict[str, Any]]:
    """An answer that thought for so many tokens."""
    events = answer(says("Hi"), tokens=(100, 40, 20))
    events[-1]["response"]["usage"]["output_tokens_details"]["reasoning_tokens"] = reasoning
    return events


def patches(path: Path) -> dict[str, Any]:
    """An item: the agent writes this file."""
    return runs(f"apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: {path}\n+x\n*** End Patch\nEOF", "p")


def first_line(place: Place) -> dict[str, Any]:
    meta: dict[str, Any] = json.loads(place.rollouts()[0].read_text().split("\n")[0])["payload"]
    return meta


# --- options --------------------------------------------------------------------------------


def test_the_source_of_a_thread_is_saved(place: Place) -> None:
    place.model(HI, HI)
    place.exec("--thread-source", "nightly", "hi")
    assert first_line(place)["thread_source"] == "nightly"
    assert place.exec("--thread-source", "other", "more", "resume", "--last").code == 0
    assert first_line(place)["thread_source"] == "nightly"


def test_without_a_source_the_first_line_is_as_ever(place: Place) -> None:
    place.model(HI)
    place.exec("hi")
    assert "thread_source" not in first_line(place)


@pytest.mark.parametrize(("program", "code"), [("standard", 0), ("daybreak_red", 0), ("other", 2)])
def test_programs_of_access_are_accepted_and_not_sent(place: Place, program: str, code: int) -> None:
    model = place.model(HI)
    assert place.exec("--cyber-access-program", program, "hi").code == code
    assert all("daybreak" not in json.dumps(request) for request in model.requests)


def test_a_feature_of_later_releases_is_told_and_means_nothing(place: Place) -> None:
    place.model(HI)
    result = place.exec("--json", "--enable", "memories", "hi")
    assert (result.code, "`memories`" in result.err) == (0, True)
    assert place.exec("--enable", "nonsense", "hi").err == "Error: Unknown feature flag: nonsense\n"


def test_folders_to_write_are_writable_but_for_their_git(place: Place, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "b")]
    for folder in folders:
        subprocess.run(["git", "init", "-q", str(folder)], check=True)
    script = f"cd {tmp_path}; touch a/1 b/2; touch a/.git/hooks/3; touch beside; true"
    place.model(answer(runs(script)), HI)
    words = ("--sandbox", "workspace-write", *(word for folder in folders for word in ("--add-dir", str(folder))))
    excluded = ("-c", "sandbox_workspace_write.exclude_slash_tmp=true")
    assert place.exec("--json", *excluded, *words, "hi").code == 0
    assert sorted(path.name for path in tmp_path.glob("*/[0-9]")) == ["1", "2"]
    assert not (tmp_path / "a/.git/hooks/3").exists()
    assert not (tmp_path / "beside").exists()


def test_a_folder_to_write_counts_for_nothing_where_nothing_may_be_written(place: Place, tmp_path: Path) -> None:
    place.model(answer(runs(f"touch {tmp_path}/x")), HI)
    result = place.exec("--json", "--add-dir", str(tmp_path), "--sandbox", "read-only", "hi")
    assert result.err == "Warning: --add-dir allows nothing in sandbox mode read-only\n"
    assert not (tmp_path / "x").exists()


def test_without_the_users_file_nothing_of_it_counts(place: Place) -> None:
    model = place.model(HI, more="model_reasoning_effort = 5")
    assert "invalid type" in place.exec("hi").err
    provider = f'{{name="m", base_url="{model.url}", wire_api="responses"}}'
    words = ("--ignore-user-config", "-c", f"model_providers.mine={provider}", "-c", "model_provider=mine")
    assert place.exec(*words, "hi").code == 0


def test_strictness_refuses_keys_that_no_release_knows(place: Place) -> None:
    place.model(HI, HI, more='personality = "friendly"\n[tui]\ntheme = "x"')
    assert place.exec("--strict-config", "hi").code == 0
    result = place.exec("--strict-config", "hi", "-c", "modle=x")
    assert (result.code, result.out) == (1, b"")
    assert result.err == "Error: unknown configuration field `modle` in -c/--config override\n"


# --- which session goes on ------------------------------------------------------------------


def test_the_newest_session_of_this_folder_comes_before_newer_ones_elsewhere(place: Place, tmp_path: Path) -> None:
    model = place.model(*[answer(says(text)) for text in ("One", "Two", "Three", "Four", "Five")])
    other = tmp_path / "other"
    other.mkdir()
    place.exec("here")
    place.exec("there", cwd=other)
    assert place.exec("more", "resume", "--last").err.count("No saved session") == 0
    assert model.input_texts()[-3:] == ["here", "One", "more"]
    place.exec("again", "resume", "--last", "--all")
    assert model.input_texts()[-3:] == ["there", "Two", "again"]


def test_without_a_session_of_this_folder_the_newest_of_all_goes_on_and_that_is_said(
    place: Place, tmp_path: Path
) -> None:
    model = place.model(HI, HI)
    place.exec("here")
    other = tmp_path / "other"
    other.mkdir()
    result = place.exec("--json", "more", "resume", "--last", cwd=other)
    assert result.err == f"No saved session of this folder; going on with the newest of all, of {place.workspace}.\n"
    assert model.input_texts()[-3:] == ["here", "Hi", "more"]


def test_a_session_goes_on_by_the_name_that_it_was_given_last(place: Place) -> None:
    model = place.model(HI, HI)
    thread = place.exec("--json", "first").events[0]["thread_id"]
    index = place.home / "session_index.jsonl"
    lines = [{"id": thread, "thread_name": name, "updated_at": ""} for name in ("old name", "my name")]
    index.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert place.exec("resume", "old name", "x").err == "no rollout found for thread id old name\n"
    assert place.exec("--json", "resume", "my name", "more").events[0]["thread_id"] == thread
    assert model.input_texts()[-3:] == ["first", "Hi", "more"]


def test_a_fork_has_all_that_was_said_and_leaves_the_session_as_it_was(place: Place) -> None:
    model = place.model(HI, HI)
    thread = place.exec("--json", "first").events[0]["thread_id"]
    before = place.rollouts()[0].read_bytes()
    result = place.exec("--json", "--thread-source", "fork", "fork", thread, "another way")
    assert result.events[0]["thread_id"] != thread
    assert model.input_texts()[-3:] == ["first", "Hi", "another way"]
    assert before in [path.read_bytes() for path in place.rollouts()]
    assert place.exec("fork", "nobody", "x").err == "no rollout found for thread id nobody\n"
    assert place.exec("fork").code == 2


# --- reviews --------------------------------------------------------------------------------

FINDING = {
    "title": "Wrong sign",
    "body": "It adds.",
    "confidence_score": 0.9,
    "priority": 1,
    "code_location": {"absolute_file_path": "/x/a.py", "line_range": {"start": 1, "end": 2}},
}
VERDICT = {
    "findings": [FINDING],
    "overall_correctness": "patch is incorrect",
    "overall_explanation": "Bad.",
    "overall_confidence_score": 0.8,
}


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ((), "not committed"),
        (("--uncommitted",), "not committed"),
        (("--base", "main"), "`git merge-base HEAD main`"),
        (("--commit", "abc", "--title", "Add"), 'abc ("Add")'),
        (("Look at the tests",), "Look at the tests"),
    ],
)
def test_a_review_says_what_it_found(place: Place, words: tuple[str, ...], asked: str) -> None:
    model = place.model(answer(says(json.dumps(VERDICT))))
    result = place.exec("--json", "-o", "last.txt", "review", *words)
    assert result.types == ["thread.started", "turn.started", "item.completed", "turn.completed"]
    text = result.events[2]["item"]["text"]
    assert text.startswith("Bad.\n")
    assert "Wrong sign" in text
    assert (place.workspace / "last.txt").read_text() == text
    assert asked in model.input_texts()[-1]


def test_a_review_for_people_ends_with_the_verdict_on_stdout(place: Place) -> None:
    place.model(answer(says(json.dumps({**VERDICT, "findings": []}))))
    result = place.octavo("review", "--skip-git-repo-check", "--commit", "abcdef0123")
    assert (result.code, result.out) == (0, b"Bad.\n")
    assert "\nuser\ncommit abcdef0\n" in result.err


@pytest.mark.parametrize(
    "words",
    [("--base", "a", "--commit", "b"), ("--uncommitted", "words"), ("--title", "x"), ("--base", "--upload-pack=x")],
)
def test_targets_of_reviews_exclude_each_other(place: Place, words: tuple[str, ...]) -> None:
    assert place.exec("review", *words).code == 2


# --- the stream -----------------------------------------------------------------------------


def test_clients_of_today_get_all_counters(place: Place) -> None:
    place.model(HI, used(5))
    counters = ["input_tokens", "cached_input_tokens", "cache_write_input_tokens", "output_tokens"]
    counters.append("reasoning_output_tokens")
    usage = place.exec("--json", "--thread-source", "x", "hi").events[-1]["usage"]
    assert (list(usage), set(usage.values())) == (counters, {0})
    usage = place.exec("--json", "--thread-source", "x", "hi").events[-1]["usage"]
    assert list(usage.values()) == [100, 40, 0, 20, 5]


@pytest.mark.parametrize("words", [("--add-dir", "x"), ("--ephemeral",), ("--ignore-rules",)])
def test_a_word_of_later_releases_shows_who_reads(place: Place, words: tuple[str, ...]) -> None:
    place.model(used(5))
    assert place.exec("--json", *words, "hi").events[-1]["usage"]["reasoning_output_tokens"] == 5


def test_others_get_what_they_know(place: Place) -> None:
    place.model(used(5))
    usage = place.exec("--json", "hi").events[-1]["usage"]
    assert usage == {"input_tokens": 100, "cached_input_tokens": 40, "output_tokens": 20}


def test_clients_of_today_see_patches_and_searches_begin(place: Place) -> None:
    made = place.workspace / "n.txt"
    place.model(answer(patches(made), SEARCH), HI, more='sandbox_mode = "danger-full-access"')
    events = place.exec("--json", "--thread-source", "x", "hi").events
    changes = [event["item"] for event in events if event.get("item", {}).get("type") == "file_change"]
    assert [(item["id"], item["status"]) for item in changes] == [
        (changes[0]["id"], "in_progress"),
        (changes[0]["id"], "completed"),
    ]
    assert changes[0]["changes"] == [{"path": str(made), "kind": "add"}]
    searches = [(event["type"], event["item"]) for event in events if event.get("item", {}).get("type") == "web_search"]
    assert [kind for kind, _ in searches] == ["item.started", "item.completed"]
    assert searches[1][1]["action"] == {"type": "search", "query": "oslo"}
    assert searches[0][1]["id"] == searches[1][1]["id"]


def test_the_sdk_is_known_by_its_name(place: Place) -> None:
    place.model(HI, HI)
    sdk = {"CODEX_INTERNAL_ORIGINATOR_OVERRIDE": "codex_sdk_ts"}
    assert len(place.exec("--experimental-json", "hi", env=sdk).events[-1]["usage"]) == 5
    older = {**sdk, "OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}
    assert len(place.exec("--experimental-json", "hi", env=older).events[-1]["usage"]) == 3


def test_a_warning_about_the_configuration_is_an_item(place: Place) -> None:
    place.model(HI, more='default_permissions = "mine"\n[permissions.mine]\nnetwork.enabled = true')
    result = place.exec("--json", "hi")
    assert result.types[:3] == ["thread.started", "item.completed", "turn.started"]
    item = result.events[1]["item"]
    assert (item["type"], item["id"], "`mine`" in item["message"]) == ("error", "item_0", True)
    assert result.code == 0


# --- keys -----------------------------------------------------------------------------------


def test_the_address_of_the_built_in_provider_is_a_key(place: Place) -> None:
    model = place.model(HI)
    config = place.home / "config.toml"
    config.unlink()
    env = {"CODEX_API_KEY": "k", "CODEX_INTERNAL_ORIGINATOR_OVERRIDE": "codex_sdk_ts", "OPENAI_BASE_URL": "http://x"}
    result = place.exec("--experimental-json", "-c", f'openai_base_url="{model.url}"', "hi", env=env)
    assert result.code == 0
    assert model.headers[0]["authorization"] == "Bearer k"
    assert model.headers[0]["originator"] == "codex_sdk_ts"


def test_the_address_of_a_provider_of_ones_own_stays(place: Place) -> None:
    model = place.model(HI)
    assert place.exec("-c", 'openai_base_url="http://127.0.0.1:1/v1"', "hi").code == 0
    assert len(model.requests) == 1


@pytest.mark.parametrize("effort", ["none", "xhigh", "max", "ultra", "persistent"])
def test_an_effort_is_for_the_service_to_judge(place: Place, effort: str) -> None:
    model = place.model(HI)
    place.exec("-c", f'model_reasoning_effort="{effort}"', "-m", "gpt-5", "hi")
    assert model.requests[0]["reasoning"]["effort"] == effort


@pytest.mark.parametrize(
    ("setting", "tool"),
    [
        ('web_search="live"', {"external_web_access": True}),
        ('web_search="cached"', {"external_web_access": False}),
        ('web_search="indexed"', {"external_web_access": True, "indexed_web_access": True}),
        ("features.web_search_request=true", {}),
        (
            'tools.web_search={context_size="high", allowed_domains=["a.b"], location={country="NO"}}',
            {
                "filters": {"allowed_domains": ["a.b"]},
                "user_location": {"type": "approximate", "country": "NO"},
                "search_context_size": "high",
            },
        ),
        ('web_search="disabled"', None),
    ],
)
def test_the_web_is_searched_as_it_was_said(place: Place, setting: str, tool: dict[str, Any] | None) -> None:
    model = place.model(HI)
    assert place.exec("-c", setting, "hi").code == 0
    offered = [tool for tool in model.requests[0]["tools"] if tool["type"] == "web_search"]
    assert offered == ([] if tool is None else [{"type": "web_search", **tool}])


def test_the_tier_is_passed_on(place: Place) -> None:
    model = place.model(HI, HI)
    place.exec("-c", 'service_tier="flex"', "hi")
    place.exec("hi")
    assert model.requests[0]["service_tier"] == "flex"
    assert "service_tier" not in model.requests[1]


def test_keys_of_later_releases_end_no_run(place: Place) -> None:
    more = """
model_reasoning_effort = "max"
personality = "friendly"
approval_policy = {granular = {sandbox_approval = true, rules = true, mcp_elicitations = false}}
tools.web_search = {context_size = "high"}
[features]
multi_agent_v2 = {enabled = true}
[memories]
use_memories = true
[windows]
sandbox = "unelevated"
[desktop]
x = [1, {y = 2}]
"""
    place.model(HI, more=more)
    result = place.exec("--json", "hi")
    assert (result.code, result.err) == (0, "")
    assert result.types == ["thread.started", "item.completed", "turn.started", "item.completed", "turn.completed"]
    (warning,) = [event["item"] for event in result.events if event.get("item", {}).get("type") == "error"]
    assert warning["message"] == "[features] multi_agent_v2: switched on, which changes nothing here"


def test_a_turn_that_cannot_do_without_a_server_asks_no_model(place: Place) -> None:
    model = place.model(HI, HI, more='[mcp_servers.x]\ncommand = "no-such-program"\nrequired = true')
    result = place.exec("--json", "hi")
    assert (result.code, model.requests) == (1, [])
    assert result.types == ["thread.started", "error", "turn.started", "error", "turn.failed"]
    assert result.events[-1]["error"]["message"].endswith("that did not start: `x`")
    assert place.exec("--json", "-c", "mcp_servers.x.required=false", "hi").types[-1] == "turn.completed"
    assert len(model.requests) == 1
