"""How model calls fail, are tried again, and what users read: over a real server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from model_calls import (
    CONVERSATION,
    Waits,
    bearers,
    client_for,
    client_on,
    collect,
    prompt,
    provider,
    responses_backend,
    settings,
)
from model_server import Reply, Seen, Server, completed, json_reply, message, sse, stream
from test_model_requests import JWT, log_in

from octavo.auth.storage import StoredLogin, load_login, save_login
from octavo.auth.tokens import Tokens
from octavo.model.client import ModelClient, random_jitter, turn_backoff
from octavo.model.error_texts import local_time, usage_limit_text
from octavo.model.errors import ContextWindowExceeded, ModelError, StreamBroken, UsageLimitReached
from octavo.model.events import Completed, ItemDone, RateLimits, TextDelta
from octavo.protocol.items import Message, OutputText
from octavo.protocol.usage import RateLimitSnapshot, RateLimitWindow, TokenUsage

GOOD = stream(message("hi"), completed(7))
EMPTY = RateLimits(RateLimitSnapshot())
HI = ItemDone(Message("assistant", (OutputText("hi"),)))
WHOLE = [EMPTY, HI, Completed(TokenUsage(7, 0, 0, 0, 7))]

REFRESH = "CODEX_REFRESH_TOKEN_URL_OVERRIDE"


async def failure(client: ModelClient) -> ModelError:
    with pytest.raises(ModelError) as caught:
        await collect(client.call(prompt()))
    return caught.value


# --- attempts -------------------------------------------------------------------------------


async def test_a_good_answer_passes_whole(tmp_path: Path) -> None:
    with Server([GOOD]) as server:
        assert await collect(client_on(server, tmp_path).call(prompt())) == WHOLE


async def test_half_a_character_in_an_answer_does_not_lose_the_answer(tmp_path: Path) -> None:
    halved = sse(message("cut HALF here, BOTH not")).replace(b"HALF", rb"\ud83d").replace(b"BOTH", rb"\uD83D\uDE00")
    reply = Reply(headers=[("content-type", "text/event-stream")], body=[halved + sse(completed(7))])
    item = ItemDone(Message("assistant", (OutputText("cut \ufffd here, \U0001f600 not"),)))
    with Server([reply]) as server:
        assert item in await collect(client_on(server, tmp_path).call(prompt()))


@pytest.mark.parametrize("status", [401, 429, 500, 502, 503, 599])
async def test_statuses_that_may_pass_are_tried_again_with_the_same_body(tmp_path: Path, status: int) -> None:
    waits = Waits()
    with Server([Reply(status), Reply(status), GOOD]) as server:
        assert await collect(client_on(server, tmp_path, waits=waits).call(prompt())) == WHOLE
    assert waits.seconds == [0.2, 0.4]
    assert server.seen[0].body == server.seen[1].body == server.seen[2].body


@pytest.mark.parametrize("status", [400, 403, 404, 422, 499])
async def test_other_refusals_end_the_call_and_tell_the_body(tmp_path: Path, status: int) -> None:
    names = {400: "400 Bad Request", 403: "403 Forbidden", 404: "404 Not Found", 422: "422 Unprocessable Entity"}
    with Server([Reply(status, [("cf-ray", "r")], ["é no".encode()])]) as server:
        error = await failure(client_on(server, tmp_path))
    assert str(error) == f"unexpected status {names.get(status, '499 <unknown status code>')}: é no"
    assert error.retryable
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("status", "headers", "text"),
    [
        (500, [("cf-ray", "r")], "We're currently experiencing high demand, which may cause temporary errors."),
        (502, [], "exceeded retry limit, last status: 502 Bad Gateway"),
        (503, [("cf-ray", "ray-9")], "exceeded retry limit, last status: 503 Service Unavailable, request id: ray-9"),
        (429, [], "exceeded retry limit, last status: 429 Too Many Requests"),
    ],
)
async def test_used_up_attempts_have_their_texts(
    tmp_path: Path, status: int, headers: list[tuple[str, str]], text: str
) -> None:
    waits = Waits()
    with Server([Reply(status, headers)]) as server:
        error = await failure(client_on(server, tmp_path, waits=waits))
    assert (str(error), error.retryable, len(server.seen)) == (text, True, 5)
    assert waits.seconds == [0.2, 0.4, 0.8, 1.6]


@pytest.mark.parametrize(
    ("asked", "wait"),
    [("7", 7.0), ("0", 0.0), ("1.5", 0.2), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.2), ("-1", 0.2), ("", 0.2)],
)
async def test_a_server_may_ask_for_a_wait_in_whole_seconds(tmp_path: Path, asked: str, wait: float) -> None:
    waits = Waits()
    with Server([Reply(503, [("retry-after", asked)]), GOOD]) as server:
        await collect(client_on(server, tmp_path, waits=waits).call(prompt()))
    assert waits.seconds == [wait]


async def test_a_server_that_is_not_there_is_tried_again(tmp_path: Path) -> None:
    waits = Waits()
    client = client_for(responses_backend(tmp_path), settings(served_by=provider(request_max_retries=2)), waits)
    error = await failure(client)
    assert str(error).startswith("Connection failed: ")
    assert error.retryable
    assert len(waits.seconds) == 2


async def test_a_connection_reset_before_the_answer_is_tried_again(tmp_path: Path) -> None:
    with Server([Reply(drop=True), GOOD]) as server:
        assert await collect(client_on(server, tmp_path).call(prompt())) == WHOLE


async def test_no_retries_means_one_request(tmp_path: Path) -> None:
    with Server([Reply(503)]) as server:
        await failure(client_on(server, tmp_path, request_max_retries=0))
    assert len(server.seen) == 1


async def test_a_refusal_whose_body_never_ends_is_told_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("octavo.model.http_attempt._ERROR_BODY_SECONDS", 0.02)
    with Server([Reply(400, body=[b"half"], hold=True)]) as server:
        assert str(await failure(client_on(server, tmp_path))) == "unexpected status 400 Bad Request: "


async def test_an_interrupt_ends_a_wait_at_once(tmp_path: Path) -> None:
    with Server([Reply(503, [("retry-after", "3600")])]) as server:
        served_by = provider(server.url)
        client = ModelClient(responses_backend(tmp_path), settings(served_by=served_by), CONVERSATION)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await collect(client.call(prompt()))


def test_waits_double_with_a_little_chance() -> None:
    assert [turn_backoff(retry, lambda: 1.0) for retry in (1, 2, 3, 4, 5)] == [0.2, 0.4, 0.8, 1.6, 3.2]
    assert turn_backoff(1, lambda: 0.9999) == 0.199
    assert all(0.9 <= random_jitter() <= 1.1 for _ in range(100))
    assert turn_backoff(100, lambda: 1.1) > 0


# --- the stream -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body=[sse(message("hi"))]),
        Reply(body=[sse(message("hi"), completed()).removesuffix(b"\n")]),
        Reply(),
        Reply(length="close", body=[sse(message("hi"))]),
    ],
)
async def test_an_answer_that_ends_too_early_says_so(tmp_path: Path, reply: Reply) -> None:
    with Server([reply]) as server:
        error = await failure(client_on(server, tmp_path))
    assert str(error) == "stream disconnected before completion: stream closed before response.completed"
    assert error.retryable
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (json_reply({"error": {"message": "no"}}), "no"),
        (json_reply({"detail": [{"msg": "field required", "loc": ["body"]}]}), "field required"),
        (json_reply([{"error": {"code": 503, "message": "try later", "status": "UNAVAILABLE"}}]), "try later"),
        (Reply(body=[b"event: error\ndata: it broke\n\n"]), "it broke"),
        (Reply(body=[b'event: error\ndata: {"error":{"message":"it broke"}}\n\n']), "it broke"),
        (Reply(body=[sse({"type": "error", "code": "x", "message": "it broke"})]), "it broke"),
        (Reply(body=[b"<!doctype html><html><head><title>Sign in</title><style>a{}</style></head><body><h1>Portal</h1>",
                     b"</body></html>"]), "Sign in: Portal"),
        (Reply(body=[b"upstream connect error\n"]), "upstream connect error"),
    ],
)  # fmt: skip
async def test_what_the_server_says_instead_of_an_answer_is_told(tmp_path: Path, reply: Reply, words: str) -> None:
    with Server([reply]) as server:
        error = await failure(client_on(server, tmp_path))
    assert str(error) == f"stream disconnected before completion: {words}"
    assert error.retryable


async def test_an_answer_that_is_not_streamed_is_read(tmp_path: Path) -> None:
    item = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "hi"}]}
    usage = {"input_tokens": 7, "output_tokens": 0, "total_tokens": 7}
    body = {"id": "r", "object": "response", "status": "completed", "error": None, "output": [item], "usage": usage}
    with Server([json_reply(body)]) as server:
        assert await collect(client_on(server, tmp_path).call(prompt())) == WHOLE


@pytest.mark.parametrize("status", [401, 429, 503])
async def test_the_words_of_a_refusal_are_told_when_no_attempt_is_left(tmp_path: Path, status: int) -> None:
    refusal = json_reply({"error": {"message": "Your key\nis not valid."}}, status, [("cf-ray", "ray-1")])
    with Server([refusal]) as server:
        error = await failure(client_on(server, tmp_path, request_max_retries=1))
    assert str(error).startswith("exceeded retry limit, last status: ")
    assert str(error).endswith(", request id: ray-1: Your key is not valid.")
    assert len(server.seen) == 2


async def test_what_follows_a_completion_is_still_delivered(tmp_path: Path) -> None:
    with Server([stream(completed(7), message("hi"))]) as server:
        assert await collect(client_on(server, tmp_path).call(prompt())) == WHOLE


async def test_any_success_will_do_whatever_its_type(tmp_path: Path) -> None:
    with Server([Reply(201, [("content-type", "text/plain")], [sse(message("hi"), completed(7))])]) as server:
        assert await collect(client_on(server, tmp_path).call(prompt())) == WHOLE


async def test_a_body_that_breaks_off_names_the_request(tmp_path: Path) -> None:
    with Server([Reply(headers=[("cf-ray", "ray-1")], body=[sse(message("hi"))], cut=True)]) as server:
        text = str(await failure(client_on(server, tmp_path)))
    assert text.startswith(
        "stream disconnected before completion: Transport error: Error while reading the server response: "
    )
    assert text.endswith(", request id: ray-1")


async def test_bytes_that_are_not_utf8_end_the_stream(tmp_path: Path) -> None:
    with Server([Reply(body=[sse(message("hi")) + b"data: \xff\n\n"])]) as server:
        text = str(await failure(client_on(server, tmp_path)))
    assert text.startswith("stream disconnected before completion: UTF8 error: ")


async def test_a_character_split_over_chunks_arrives_whole(tmp_path: Path) -> None:
    body = sse({"type": "response.output_text.delta", "delta": "é"}, completed())
    cut = body.index("é".encode()) + 1
    with Server([Reply(body=[body[:cut], body[cut:]])]) as server:
        events = await collect(client_on(server, tmp_path).call(prompt()))
    assert TextDelta("é") in events


async def test_silence_ends_the_stream_and_hangs_up(tmp_path: Path) -> None:
    with Server([Reply(body=[sse(message("hi"))], hold=True)]) as server:
        error = await failure(client_on(server, tmp_path, stream_idle_timeout_ms=50))
        assert await asyncio.to_thread(server.hung_up.wait, 5)
    assert str(error) == "stream disconnected before completion: idle timeout waiting for SSE"
    assert error.retryable


async def test_a_server_that_stays_on_the_line_after_its_answer_has_answered(tmp_path: Path) -> None:
    with Server([Reply(body=[sse(message("hi"), completed(7))], hold=True)]) as server:
        client = client_on(server, tmp_path, stream_idle_timeout_ms=50)
        assert await collect(client.call(prompt())) == WHOLE


async def test_events_come_while_the_answer_is_still_going_on(tmp_path: Path) -> None:
    with Server([Reply(body=[sse(message("hi"))], hold=True)]) as server:
        events = client_on(server, tmp_path).call(prompt())
        assert [await anext(events), await anext(events)] == [EMPTY, HI]
        await events.aclose()
        assert await asyncio.to_thread(server.hung_up.wait, 5)


async def test_cancelling_the_reader_hangs_up(tmp_path: Path) -> None:
    with Server([Reply(body=[sse(message("hi"))], hold=True)]) as server:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await collect(client_on(server, tmp_path).call(prompt()))
        assert await asyncio.to_thread(server.hung_up.wait, 5)


async def test_a_full_window_is_final(tmp_path: Path) -> None:
    event = {"type": "response.failed", "response": {"error": {"code": "context_length_exceeded"}}}
    with Server([stream(event)]) as server:
        error = await failure(client_on(server, tmp_path))
    assert isinstance(error, ContextWindowExceeded)
    assert not error.retryable
    assert str(error).startswith("Codex ran out of room in the model's context window.")


async def test_a_wait_that_a_failure_asks_for_is_handed_on(tmp_path: Path) -> None:
    error = {"code": "rate_limit_exceeded", "message": "Please try again in 1.5s."}
    with Server([stream({"type": "response.failed", "response": {"error": error}})]) as server:
        raised = await failure(client_on(server, tmp_path))
    assert isinstance(raised, StreamBroken)
    assert raised.delay == 1.5


# --- 401 ------------------------------------------------------------------------------------


def with_login_server(answer: Callable[[Seen], Reply], *model: Reply) -> Server:
    """One server for both: `/token` is the login server."""
    answers, asked = list(model), []

    def reply(seen: Seen) -> Reply:
        if seen.target == "/token":
            return answer(seen)
        asked.append(seen)
        return answers[min(len(asked), len(answers)) - 1]

    return Server(reply)


async def test_a_401_gets_fresh_tokens_for_the_next_attempt(tmp_path: Path) -> None:
    log_in(tmp_path)
    with with_login_server(lambda _: json_reply({"access_token": "AT2"}), Reply(401), GOOD) as server:
        client = client_on(server, tmp_path, {REFRESH: server.url + "/token"})
        assert await collect(client.call(prompt())) == WHOLE
    assert bearers(server) == [b"Bearer AT", None, b"Bearer AT2"]
    refresh = server.seen[1]
    assert refresh.json == {
        "client_id": "app_EMoamEEZ73f0CkXaXp7hrann",
        "grant_type": "refresh_token",
        "refresh_token": "RT",
        "scope": "openid profile email",
    }
    assert refresh.header("originator") == b"codex_exec"
    stored = load_login(str(tmp_path))
    assert stored is not None
    assert stored.tokens == Tokens(JWT, "AT2", "RT", "acc-1")


async def test_every_401_refreshes_until_the_attempts_are_used_up(tmp_path: Path) -> None:
    log_in(tmp_path)
    with with_login_server(lambda _: json_reply({"access_token": "AT2"}), Reply(401)) as server:
        client = client_on(server, tmp_path, {REFRESH: server.url + "/token"}, request_max_retries=1)
        for _ in range(2):
            error = await failure(client)
    assert str(error) == "exceeded retry limit, last status: 401 Unauthorized"
    assert [name for name in bearers(server) if name] == [b"Bearer AT", b"Bearer AT2", b"Bearer AT2", b"Bearer AT2"]
    assert sum(seen.target == "/token" for seen in server.seen) == 4


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (json_reply({"error": {"message": "reused"}}, 400), "400 Bad Request: reused"),
        (Reply(400, body=[b"plain"]), "400 Bad Request: plain"),
        (Reply(500), "500 Internal Server Error: Unknown error"),
        (json_reply({"error": "x"}, 403), '403 Forbidden: {"error":"x"}'),
    ],
)
async def test_a_refresh_that_fails_after_a_401_is_final(tmp_path: Path, answer: Reply, reason: str) -> None:
    log_in(tmp_path)
    with with_login_server(lambda _: answer, Reply(401)) as server:
        error = await failure(client_on(server, tmp_path, {REFRESH: server.url + "/token"}))
    assert str(error) == f"Fatal error: Failed to refresh ChatGPT credentials: Failed to refresh token: {reason}"
    assert not error.retryable
    assert [seen.target for seen in server.seen] == ["/v1/responses", "/token"]


async def test_a_401_refreshes_the_login_even_if_another_key_was_sent(tmp_path: Path) -> None:
    log_in(tmp_path)
    with with_login_server(lambda _: json_reply({"access_token": "AT2"}), Reply(401), GOOD) as server:
        environ = {REFRESH: server.url + "/token"}
        await collect(client_on(server, tmp_path, environ, experimental_bearer_token="own").call(prompt()))
    assert bearers(server) == [b"Bearer own", None, b"Bearer own"]
    stored = load_login(str(tmp_path))
    assert stored is not None
    assert stored.tokens is not None
    assert stored.tokens.access_token == "AT2"


async def test_a_401_with_an_api_key_is_an_ordinary_failure(tmp_path: Path) -> None:
    save_login(str(tmp_path), StoredLogin("sk-1"))
    with Server([Reply(401)]) as server:
        error = await failure(client_on(server, tmp_path, {REFRESH: server.url + "/token"}, request_max_retries=3))
    assert str(error) == "exceeded retry limit, last status: 401 Unauthorized"
    assert [seen.target for seen in server.seen] == ["/v1/responses"] * 4


async def test_tokens_older_than_eight_days_are_refreshed_first(tmp_path: Path) -> None:
    save_login(str(tmp_path), StoredLogin(None, Tokens(JWT, "AT", "RT", "a"), "2020-01-01T00:00:00.123456789Z"))
    with with_login_server(lambda _: json_reply({"access_token": "AT2", "refresh_token": "RT2"}), GOOD) as server:
        client = client_on(server, tmp_path, {REFRESH: server.url + "/token"})
        await collect(client.call(prompt()))
        await collect(client.call(prompt()))
    assert bearers(server) == [None, b"Bearer AT2", b"Bearer AT2"]


async def test_a_refresh_that_fails_beforehand_may_be_tried_again(tmp_path: Path) -> None:
    save_login(str(tmp_path), StoredLogin(None, Tokens(JWT, "AT", "RT", "a"), "2020-01-01T00:00:00Z"))
    with with_login_server(lambda _: json_reply({"error": {"message": "reused"}}, 400), GOOD) as server:
        error = await failure(client_on(server, tmp_path, {REFRESH: server.url + "/token"}))
    assert str(error) == "Failed to refresh token: 400 Bad Request: reused"
    assert error.retryable
    assert [seen.target for seen in server.seen] == ["/token"]


@pytest.mark.parametrize("login", [StoredLogin(), StoredLogin(None, Tokens(JWT, "AT", "RT"), None)])
async def test_a_login_without_token_data_says_so(tmp_path: Path, login: StoredLogin) -> None:
    save_login(str(tmp_path), login)
    with Server([GOOD]) as server:
        error = await failure(client_on(server, tmp_path))
    assert str(error) == "Token data is not available."
    assert error.retryable
    assert server.seen == []


# --- 429 ------------------------------------------------------------------------------------


async def test_a_used_up_plan_is_final_and_brings_its_limits(tmp_path: Path) -> None:
    log_in(tmp_path)
    error = {"type": "usage_limit_reached", "resets_at": None}
    headers = [("x-codex-primary-used-percent", "100.0"), ("x-codex-primary-window-minutes", "15")]
    with Server([json_reply({"error": error}, 429, headers)]) as server:
        raised = await failure(client_on(server, tmp_path))
    assert isinstance(raised, UsageLimitReached)
    assert not raised.retryable
    assert raised.rate_limits == RateLimitSnapshot(RateLimitWindow(100.0, 15, None))
    assert str(raised) == (
        "You've hit your usage limit. "
        "Visit chatgpt.com/codex/settings/usage to purchase more credits or try again later."
    )
    assert len(server.seen) == 1


async def test_a_plan_that_does_not_include_this_is_final(tmp_path: Path) -> None:
    with Server([json_reply({"error": {"type": "usage_not_included"}}, 429)]) as server:
        raised = await failure(client_on(server, tmp_path))
    assert str(raised) == "To use Codex with your ChatGPT plan, upgrade to Plus: https://openai.com/chatgpt/pricing."
    assert not raised.retryable
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": "usage_limit_reached"}},
        {"error": {"type": "usage_limit_reached", "resets_at": "x"}},
        "text",
        {},
    ],
)
async def test_another_429_is_an_ordinary_failure(tmp_path: Path, body: object) -> None:
    with Server([json_reply(body, 429), GOOD]) as server:
        assert await collect(client_on(server, tmp_path).call(prompt())) == WHOLE


CREDITS = "isit chatgpt.com/codex/settings/usage to purchase more credits"


@pytest.mark.parametrize(
    ("plan", "text"),
    [
        (
            "plus",
            "You've hit your usage limit. "
            f"Upgrade to Pro (https://openai.com/chatgpt/pricing), v{CREDITS} or try again",
        ),
        ("pro", f"You've hit your usage limit. V{CREDITS} or try again"),
        ("team", "You've hit your usage limit. To get more access now, send a request to your admin or try again"),
        ("business", "You've hit your usage limit. To get more access now, send a request to your admin or try again"),
        ("enterprise", "You've hit your usage limit. Try again"),
        ("edu", "You've hit your usage limit. Try again"),
        ("Pro", "You've hit your usage limit. Try again"),
        (None, "You've hit your usage limit. Try again"),
    ],
)
def test_each_plan_has_its_text(plan: str | None, text: str) -> None:
    assert usage_limit_text(plan, None, 0) == f"{text} later."
    assert usage_limit_text(plan, 1_700_000_000, 0) == f"{text} at {local_time(1_700_000_000, 0)}."


def test_the_free_plan_is_told_no_time() -> None:
    text = "You've hit your usage limit. Upgrade to Plus to continue using Codex (https://openai.com/chatgpt/pricing)."
    assert usage_limit_text("free", 5, 0) == text


@pytest.mark.parametrize(
    ("moment", "now", "text"),
    [
        ("2024-01-01 13:27", "2024-01-01 00:05", "1:27 PM"),
        ("2024-01-01 00:00", "2024-01-01 23:59", "12:00 AM"),
        ("2024-01-01 00:00", "2023-12-31 23:59", "Jan 1st, 2024 12:00 AM"),
        ("2024-02-02 12:05", "2024-01-01 00:00", "Feb 2nd, 2024 12:05 PM"),
        ("2024-03-23 09:09", "2024-01-01 00:00", "Mar 23rd, 2024 9:09 AM"),
        ("2024-12-11 10:00", "2024-01-01 00:00", "Dec 11th, 2024 10:00 AM"),
        ("2024-12-12 10:00", "2024-01-01 00:00", "Dec 12th, 2024 10:00 AM"),
        ("2024-12-13 10:00", "2024-01-01 00:00", "Dec 13th, 2024 10:00 AM"),
        ("2024-05-04 10:00", "2024-06-01 00:00", "May 4th, 2024 10:00 AM"),
    ],
)
def test_times_are_local_and_english(moment: str, now: str, text: str) -> None:
    def seconds(shown: str) -> int:
        return int(time.mktime(time.strptime(shown, "%Y-%m-%d %H:%M")))

    assert local_time(seconds(moment), seconds(now)) == text


def test_a_time_beyond_all_calendars_does_not_crash() -> None:
    assert "seconds" in local_time(10**30, 0)


# --- limits ---------------------------------------------------------------------------------


async def test_limits_of_the_headers_come_first(tmp_path: Path) -> None:
    headers = [
        ("X-Codex-Primary-Used-Percent", "12.5"),
        ("x-codex-primary-window-minutes", "10"),
        ("x-codex-primary-reset-at", "1704069000"),
        ("x-codex-secondary-used-percent", "nan"),
    ]
    with Server([stream(message("hi"), completed(), headers=headers)]) as server:
        events = await collect(client_on(server, tmp_path).call(prompt()))
    assert events[0] == RateLimits(RateLimitSnapshot(RateLimitWindow(12.5, 10, 1704069000), None))
    assert b'"resets_at":1704069000' in msgspec.json.encode(events[0])


# --- a file instead of a server -------------------------------------------------------------


async def test_a_fixture_file_stands_in_for_the_server(tmp_path: Path) -> None:
    fixture = tmp_path / "events"
    fixture.write_bytes(sse(message("hi"), completed(7)).replace(b"\n\n", b"\n") + b"event: x\n")
    environ = {"CODEX_RS_SSE_FIXTURE": str(fixture)}
    client = client_for(responses_backend(tmp_path, environ), settings(served_by=provider(env_key="UNSET")))
    assert await collect(client.call(prompt())) == WHOLE[1:]


async def test_a_fixture_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    client = client_for(responses_backend(tmp_path, {"CODEX_RS_SSE_FIXTURE": "/nowhere"}))
    error = await failure(client)
    assert str(error) == "No such file or directory (os error 2)"
    assert error.retryable
