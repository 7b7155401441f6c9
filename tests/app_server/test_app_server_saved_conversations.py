"""Lists and summaries of what is saved."""

from __future__ import annotations

from typing import Any

import pytest
from app_server_client import AppServer
from app_server_place import Place
from app_server_sessions import IDS, save_session


def listed(server: AppServer, **params: Any) -> list[str]:
    return [item["conversationId"] for item in server.result("listConversations", params)["items"]]


def test_a_list_shows_the_sessions_of_the_provider_in_force(place: Place) -> None:
    save_session(place.home, 1)
    save_session(place.home, 2, provider=None)
    save_session(place.home, 3, provider="other")
    save_session(place.home, 4, source="exec")
    save_session(place.home, 5, event=False)
    save_session(place.home, 6, source=None)
    server = place.server()
    assert listed(server) == [IDS[6], IDS[2], IDS[1]]
    assert listed(server, modelProviders=None) == [IDS[6], IDS[2], IDS[1]]
    assert listed(server, modelProviders=[]) == [IDS[6], IDS[3], IDS[2], IDS[1]]
    assert listed(server, modelProviders=["other"]) == [IDS[3]]


def test_an_entry_of_a_list_is_a_summary(place: Place) -> None:
    path = save_session(place.home, 1, "  Context\n## My request for Codex:\n do it \n", provider=None)
    (summary,) = place.server().result("listConversations", {})["items"]
    assert summary == {
        "conversationId": IDS[1],
        "path": str(path),
        "preview": "do it",
        "timestamp": "2025-01-02T01:00:00Z",
        "modelProvider": "openai",
    }


def test_pages_follow_their_cursor(place: Place) -> None:
    for number in (1, 2, 3):
        save_session(place.home, number)
    server = place.server()
    first = server.result("listConversations", {"pageSize": 2})
    assert [item["conversationId"] for item in first["items"]] == [IDS[3], IDS[2]]
    assert first["nextCursor"] == f"2025-01-02T02-00-00|{IDS[2]}"
    second = server.result("listConversations", {"pageSize": 2, "cursor": first["nextCursor"]})
    assert [item["conversationId"] for item in second["items"]] == [IDS[1]]
    assert second["nextCursor"] is None


def test_odd_pages(place: Place) -> None:
    save_session(place.home, 1)
    server = place.server()
    assert listed(server, cursor="garbage") == [IDS[1]]
    assert server.result("listConversations", {"pageSize": 0}) == {"items": [], "nextCursor": None}
    assert server.error("listConversations", {"pageSize": -1})[1].startswith("Invalid request: ")


def test_a_summary_is_found_by_path_and_by_id(place: Place) -> None:
    path = save_session(place.home, 1)
    server = place.server()
    expected = server.result("listConversations", {})["items"][0]
    relative = str(path.relative_to(place.home))
    for params in (
        {"rolloutPath": str(path)},
        {"rolloutPath": relative, "conversationId": IDS[2]},
        {"conversationId": IDS[1].upper()},
    ):
        assert server.result("getConversationSummary", params) == {"summary": expected}


def test_a_summary_needs_no_words_of_the_user(place: Place) -> None:
    path = save_session(place.home, 1, None)
    server = place.server()
    assert server.result("getConversationSummary", {"rolloutPath": str(path)})["summary"]["preview"] == ""
    assert listed(server) == []


def test_summaries_that_cannot_be_made(place: Place) -> None:
    empty, odd = place.home / "empty.jsonl", place.home / "odd.jsonl"
    empty.write_text("")
    item = '{"type":"message","role":"user","content":[]}'
    odd.write_text(f'{{"timestamp":"2025-01-01T00:00:00.000Z","type":"response_item","payload":{item}}}\n')
    server = place.server()
    said = server.error("getConversationSummary", {"conversationId": IDS[3]})
    assert said == (-32600, f"no rollout found for conversation id {IDS[3]}")
    start = "failed to load conversation summary from "
    missing = place.home / "missing.jsonl"
    for path, why in (
        (missing, "No such file or directory (os error 2)"),
        (empty, f"rollout at {empty} is empty"),
        (odd, f"rollout at {odd} does not start with session metadata"),
    ):
        assert server.error("getConversationSummary", {"rolloutPath": str(path)}) == (-32603, f"{start}{path}: {why}")


@pytest.mark.parametrize(
    ("params", "ids", "cursor"),
    [
        ({}, ["gpt-5-codex", "gpt-5"], None),
        ({"pageSize": 1}, ["gpt-5-codex"], "1"),
        ({"pageSize": 0}, ["gpt-5-codex"], "1"),
        ({"pageSize": 9}, ["gpt-5-codex", "gpt-5"], None),
        ({"cursor": "1"}, ["gpt-5"], None),
        ({"cursor": "2"}, [], None),
    ],
)
def test_models_come_in_pages(shared: AppServer, params: Any, ids: list[str], cursor: str | None) -> None:
    page = shared.result("model/list", params)
    assert ([model["id"] for model in page["items"]], page["nextCursor"]) == (ids, cursor)


def test_cursors_of_models_are_checked(shared: AppServer) -> None:
    assert shared.error("model/list", {"cursor": "3"}) == (-32600, "cursor 3 exceeds total models 2")
    assert shared.error("model/list", {"cursor": "x"}) == (-32600, "invalid cursor: x")
    assert shared.error("model/list", {"cursor": "-1"}) == (-32600, "invalid cursor: -1")


def test_a_model_says_what_it_can(shared: AppServer) -> None:
    codex, general = shared.result("model/list", {})["items"]
    assert codex.keys() == {
        "id", "model", "displayName", "description", "supportedReasoningEfforts", "defaultReasoningEffort", "isDefault",
    }  # fmt: skip
    assert (codex["isDefault"], general["isDefault"]) == (True, False)
    assert [entry["reasoningEffort"] for entry in general["supportedReasoningEfforts"]] == [
        "minimal", "low", "medium", "high",
    ]  # fmt: skip
