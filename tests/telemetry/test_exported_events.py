"""Events as a collector gets them, decoded from the wire."""

from __future__ import annotations

import json

import pytest
from collector import GrpcCollector, HttpCollector
from exec_model_server import answer, runs, says
from exec_place import Place

from octavo import __version__

SECRET = "hunter2-and-more-of-it"


def table(url: str, *, protocol: str = "binary", headers: str = "{}", more: str = "") -> str:
    return f'[otel.exporter.otlp-http]\nendpoint = "{url}"\nprotocol = "{protocol}"\nheaders = {headers}\n{more}'


def run_turn(
    place: Place, taken: HttpCollector, *answers: list[dict[str, object]], more: str = "", prompt: str = "é"
) -> None:
    place.model(*answers, more=f"{more}\n{table(taken.url())}")
    result = place.exec("--json", prompt)
    assert (result.code, result.err) == (0, "")


def common(event: dict[str, object]) -> dict[str, object]:
    names = ("app.version", "auth_mode", "user.account_id", "user.email", "terminal.type", "model", "slug")
    return {name: event[name] for name in names if name in event}


def own(event: dict[str, object]) -> dict[str, object]:
    shared = {"event.name", "event.timestamp", "conversation.id", *common(event)}
    return {name: value for name, value in event.items() if name not in shared}


@pytest.fixture
def taken() -> object:
    with HttpCollector().serving() as collector:
        yield collector


def test_a_turn_is_told_from_its_start_to_its_answer(place: Place, taken: HttpCollector) -> None:
    run_turn(place, taken, answer(says("hi"), tokens=(12, 4, 3)))
    assert [one["event.name"] for one in taken.events()][:3] == [
        "codex.conversation_starts", "codex.user_prompt", "codex.api_request",
    ]  # fmt: skip
    (start,) = taken.events("codex.conversation_starts")
    assert own(start) == {
        "provider_name": "mock",
        "reasoning_summary": "auto",
        "context_window": start["context_window"],
        "max_output_tokens": start["max_output_tokens"],
        "auto_compact_token_limit": start["auto_compact_token_limit"],
        "approval_policy": "never",
        "sandbox_policy": "read-only",
        "mcp_servers": "",
    }
    assert all(isinstance(start[name], int) for name in ("context_window", "auto_compact_token_limit"))


def test_every_event_says_when_where_and_who(place: Place, taken: HttpCollector) -> None:
    run_turn(place, taken, answer(says("hi")))
    ids = {one["conversation.id"] for one in taken.events()}
    assert len(ids) == 1
    (rollout,) = place.rollouts()
    assert ids.pop() in rollout.name
    for event in taken.events():
        assert common(event) == {
            "app.version": __version__, "terminal.type": "unknown", "model": "gpt-5-codex", "slug": "gpt-5-codex",
        }  # fmt: skip
        assert event["event.timestamp"].endswith("Z")
        assert len(event["event.timestamp"]) == len("2026-01-01T00:00:00.000Z")


def test_records_have_attributes_alone_and_the_resource_names_us(place: Place, taken: HttpCollector) -> None:
    run_turn(place, taken, answer(says("hi")), more='[otel]\nenvironment = "staging"')
    for record in taken.records:
        assert (record.severity_number, record.severity_text, record.time_unix_nano) == (9, "INFO", 0)
        assert record.body.WhichOneof("value") is None
        assert record.observed_time_unix_nano > 0
        assert (record.trace_id, record.span_id, record.flags) == (b"", b"", 0)
    resource = taken.resource("logs")
    assert (resource["service.name"], resource["service.version"]) == ("codex-cli", __version__)
    assert (resource["env"], resource["telemetry.sdk.language"]) == ("staging", "python")


def test_a_prompt_is_counted_in_characters_and_not_told(place: Place, taken: HttpCollector) -> None:
    run_turn(place, taken, answer(says("hi")), prompt="née-and-private")
    (prompt,) = taken.events("codex.user_prompt")
    assert own(prompt) == {"prompt_length": "15", "prompt": "[REDACTED]"}
    assert "née-and-private".encode() not in taken.raw


def test_a_prompt_is_told_where_the_user_allows_it(place: Place, taken: HttpCollector) -> None:
    run_turn(place, taken, answer(says("hi")), more="[otel]\nlog_user_prompt = true", prompt="hello é")
    (prompt,) = taken.events("codex.user_prompt")
    assert own(prompt) == {"prompt_length": "7", "prompt": "hello é"}


def test_the_switch_of_the_sdk_turns_everything_off(place: Place, taken: HttpCollector) -> None:
    signals = {"exporter": "logs", "trace_exporter": "traces", "metrics_exporter": "metrics"}
    tables = (table(taken.url(signal)).replace("exporter", key, 1) for key, signal in signals.items())
    place.model(answer(runs("true")), answer(says("hi")), more="\n".join(tables))
    result = place.exec("--json", "hi", env={"OTEL_SDK_DISABLED": "true"})
    assert (result.code, result.types[-1]) == (0, "turn.completed")
    assert taken.bodies == []


def test_a_request_and_the_events_of_its_answer(place: Place, taken: HttpCollector) -> None:
    run_turn(place, taken, answer(says("hi"), tokens=(12, 4, 3)))
    (request,) = taken.events("codex.api_request")
    assert request.pop("duration_ms").isdigit()
    assert own(request) == {"attempt": 0, "http.response.status_code": 200}
    *plain, counts = taken.events("codex.sse_event")
    kinds = [one["event.kind"] for one in plain]
    assert kinds == ["response.created", "response.output_item.done", "response.completed"]
    assert all(one["duration_ms"].isdigit() for one in plain)
    assert own(counts) == {
        "event.kind": "response.completed",
        "input_token_count": "12",
        "output_token_count": "3",
        "cached_token_count": 4,
        "reasoning_token_count": 0,
        "tool_token_count": "15",
    }


def test_refused_requests_and_their_reasons(place: Place, taken: HttpCollector) -> None:
    place.model(500, answer(says("hi")), more=table(taken.url()))
    config = place.home / "config.toml"
    config.write_text(config.read_text().replace("request_max_retries = 0", "request_max_retries = 1"))
    assert place.exec("hi").code == 0
    first, second = taken.events("codex.api_request")
    assert (first["attempt"], first["http.response.status_code"]) == (0, 500)
    assert first["error.message"] == "500 Internal Server Error"
    assert (second["attempt"], second["http.response.status_code"]) == (1, 200)
    assert "error.message" not in second


def test_a_stream_that_breaks_says_why(place: Place, taken: HttpCollector) -> None:
    failed = {
        "type": "response.failed",
        "response": {"error": {"code": "server_error", "message": "key sk-abcdefghij"}},
    }
    place.model([failed], [failed], more=table(taken.url()))
    assert place.exec("hi").code == 1
    told = [one["error.message"] for one in taken.events("codex.sse_event") if "error.message" in one]
    assert told
    assert all("sk-abcdefghij" not in one for one in told)
    assert b"sk-abcdefghij" not in taken.raw


def test_a_tool_call_and_the_decision_on_it(place: Place, taken: HttpCollector) -> None:
    run_turn(place, taken, answer(runs("echo out; exit 3")), answer(says("done")))
    (decision,) = taken.events("codex.tool_decision")
    assert own(decision) == {"tool_name": "shell", "call_id": "c1", "decision": "approved", "source": "config"}
    (result,) = taken.events("codex.tool_result")
    assert result.pop("duration_ms").isdigit()
    arguments = json.dumps({"command": ["bash", "-lc", "echo out; exit 3"]})
    assert {name: result[name] for name in ("tool_name", "call_id", "arguments", "success")} == {
        "tool_name": "shell", "call_id": "c1", "arguments": arguments, "success": "false",
    }  # fmt: skip
    assert "out" in result["output"]


def test_a_long_output_is_cut(place: Place, taken: HttpCollector) -> None:
    run_turn(
        place,
        taken,
        answer(runs("for i in $(seq 100); do echo $i a line of some length that is repeated; done")),
        answer(says("done")),
    )
    (result,) = taken.events("codex.tool_result")
    shown, _, notice = result["output"].rpartition("\n")
    assert len(shown.encode()) <= 2048
    assert notice.startswith("[")


def test_secrets_in_arguments_outputs_and_prompts_are_masked(place: Place, taken: HttpCollector) -> None:
    script = f"echo my key is sk-0123456789abcdef; echo {SECRET}"
    allowed = "[otel]\nlog_user_prompt = true"
    place.model(answer(runs(script)), answer(says("done")), more=f"{allowed}\n{table(taken.url())}")
    result = place.exec("--json", f"use {SECRET}", env={"DEPLOY_PASSWORD": SECRET})
    assert result.code == 0
    (told,) = taken.events("codex.tool_result")
    assert told["arguments"].count("*****") == told["output"].count("*****") == 2
    (prompt,) = taken.events("codex.user_prompt")
    assert prompt["prompt"] == "use *****"
    assert SECRET.encode() not in taken.raw
    assert b"sk-0123456789abcdef" not in taken.raw


def test_the_environment_is_not_told(place: Place, taken: HttpCollector) -> None:
    place.model(answer(says("hi")), more=table(taken.url()))
    place.exec(
        "hi", env={"CODEX_API_KEY": "key-of-nobody-else", "SOME_TOKEN": SECRET, "PLAIN_VALUE": "as-plain-as-can-be"}
    )
    assert taken.events()
    for value in (b"key-of-nobody-else", SECRET.encode(), b"as-plain-as-can-be"):
        assert value not in taken.raw
    assert {one["auth_mode"] for one in taken.events()} == {"ApiKey"}


def test_an_unknown_tool(place: Place, taken: HttpCollector) -> None:
    call = {"type": "function_call", "name": "fly", "arguments": "{}", "call_id": "c9"}
    run_turn(place, taken, answer(call), answer(says("done")))
    (result,) = taken.events("codex.tool_result")
    assert own(result) == {
        "tool_name": "fly", "call_id": "c9", "arguments": "{}", "duration_ms": "0", "success": "false",
        "output": "unsupported call: fly",
    }  # fmt: skip
    assert taken.events("codex.tool_decision") == []


def test_the_whole_answer_comes_before_the_collector_is_asked_to_wait(place: Place) -> None:
    with HttpCollector(hangs=True).serving() as taken:
        place.model(answer(says("hi")), more=table(taken.url()))
        with place.start(
            "exec", "--skip-git-repo-check", "--json", "hi", env={"OTEL_BLRP_EXPORT_TIMEOUT": "60000"}
        ) as process:
            assert process.stdout is not None
            assert process.stdout.read().splitlines()[-1].startswith(b'{"type":"turn.completed"')  # the end of stdout
            taken.release.set()
            assert process.wait(30) == 0


# --- ways to send ----------------------------------------------------------------------


def test_json_is_read_by_the_official_messages(place: Place) -> None:
    with HttpCollector().serving() as taken:
        place.model(answer(says("hi"), tokens=(1, 0, 1)), more=table(taken.url(), protocol="json"))
        assert place.exec("hi").code == 0
    assert taken.headers[0]["content-type"] == "application/json"
    assert taken.events("codex.conversation_starts")
    assert b'"intValue":"200"' in taken.raw


def test_the_address_is_used_as_it_stands_with_headers_from_the_environment(place: Place, taken: HttpCollector) -> None:
    headers = '{ "x-team" = "blue ${TEAM} $TEAM", "authorization" = "Bearer ${OTLP_TOKEN}", "x-none" = "${NOT_SET}" }'
    place.model(answer(says("hi")), more=table(taken.url(), headers=headers))
    result = place.exec("hi", env={"TEAM": "${HOME}", "OTLP_TOKEN": "t0ken-value", "RUST_LOG": "warn"})
    assert taken.paths[0] == "/v1/logs"
    assert taken.headers[0]["x-team"] == "blue ${HOME} $TEAM"
    assert taken.headers[0]["authorization"] == "Bearer t0ken-value"
    assert taken.headers[0]["x-none"] == "${NOT_SET}"
    assert "NOT_SET" in result.err
    assert "t0ken-value" not in result.err
    assert b"t0ken-value" not in taken.raw


def test_commands_do_not_get_the_variables_that_headers_name(place: Place, taken: HttpCollector) -> None:
    headers = '{ authorization = "Basic ${COLLECTOR_LOGIN}" }'
    more = table(taken.url(), headers=headers)
    place.model(answer(runs("echo [$COLLECTOR_LOGIN]")), answer(says("done")), more=more)
    assert place.exec("hi", env={"COLLECTOR_LOGIN": "login-of-ours"}).code == 0
    assert taken.headers[0]["authorization"] == "Basic login-of-ours"
    (result,) = taken.events("codex.tool_result")
    assert "[]" in result["output"]
    assert b"login-of-ours" not in taken.raw


def test_standard_variables_of_opentelemetry_count(place: Place, taken: HttpCollector) -> None:
    place.model(answer(says("hi")), more=table(taken.url()))
    variables = {
        "OTEL_EXPORTER_OTLP_HEADERS": "x-more=1",
        "OTEL_RESOURCE_ATTRIBUTES": "team=blue",
        "OTEL_SERVICE_NAME": "other",
    }
    assert place.exec("hi", env=variables).code == 0
    assert taken.headers[0]["x-more"] == "1"
    resource = taken.resource("logs")
    assert (resource["team"], resource["service.name"]) == ("blue", "codex-cli")


def grpc_table(url: str, headers: str = "{}", more: str = "") -> str:
    return f'[otel.exporter.otlp-grpc]\nendpoint = "{url}"\nheaders = {headers}\n{more}'


def test_grpc_takes_the_same_events(place: Place) -> None:
    with GrpcCollector().serving() as taken:
        headers = '{ "X-Team" = "${TEAM}", "not a name" = "x" }'
        place.model(answer(says("hi")), more=grpc_table(taken.url, headers))
        result = place.exec("--json", "née-and-private", env={"TEAM": "blue"})
        assert (result.code, result.err) == (0, "")
    assert taken.events("codex.conversation_starts")
    assert taken.headers[0]["x-team"] == "blue"
    assert "née-and-private".encode() not in taken.raw
