"""`octavo doctor`: what it finds, how it says so, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from collector import GrpcCollector, HttpCollector
from octavo_program import Home, Ran

SECRET = "sk-verysecret-123"

# A server that shakes hands and has one tool.
MCP_SERVER = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    if "id" in asked:
        method = asked["method"]
        result = {"tools": [{"name": "t", "inputSchema": {"type": "object"}}]}
        if method == "initialize":
            result = {"protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": {"name": "s", "version": "1"}}
        print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}), flush=True)
"""


def findings(ran: Ran, check: str) -> list[dict[str, Any]]:
    return [one for one in ran.json["findings"] if one["check"] == check]


def provider(service: ThreadingHTTPServer, more: str = "") -> str:
    return (
        f'model_provider = "x"\n[model_providers.x]\nname = "X"\nwire_api = "responses"\nenv_key = "X_KEY"\n'
        f'base_url = "http://127.0.0.1:{service.server_port}/v1"\n{more}'
    )


def log_in(home: Home, mode: int = 0o600) -> None:
    path = home.path / "auth.json"
    path.write_text(json.dumps({"OPENAI_API_KEY": SECRET}))
    path.chmod(mode)


def test_where_all_is_well_nothing_is_broken(home: Home, service: ThreadingHTTPServer) -> None:
    home.configure(provider(service))
    ran = home.octavo("doctor", env={"X_KEY": SECRET})
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert all(line.startswith("ok ") for line in lines)
    checks = [line.split()[1] for line in lines]
    assert checks == [
        "python",
        "sandbox",
        "git",
        "ripgrep",
        "terminal",
        "home",
        "config",
        "login",
        "telemetry",
        "network",
    ]
    assert f"http://127.0.0.1:{service.server_port}/v1 answers (404 Not Found)" in lines[-1]
    assert SECRET not in ran.out


def test_the_provider_is_asked_without_a_key(home: Home, service: ThreadingHTTPServer) -> None:
    home.configure(provider(service, 'http_headers = {x-secret = "hidden"}\n'))
    home.octavo("doctor", env={"X_KEY": SECRET})
    (headers,) = service.headers  # type: ignore[attr-defined] # as the fixture says
    assert "authorization" not in headers
    assert "x-secret" not in headers


def test_without_the_network_nobody_is_asked(home: Home, service: ThreadingHTTPServer) -> None:
    home.configure(provider(service) + '[mcp_servers.m]\ncommand = "no-such-program"\n')
    ran = home.octavo("doctor", "--offline", "--json", env={"X_KEY": SECRET})
    assert (ran.code, ran.json["ok"]) == (0, True)
    assert service.headers == []  # type: ignore[attr-defined] # as the fixture says
    assert findings(ran, "mcp") == []


def test_a_server_that_cannot_be_reached_is_broken_and_has_a_mend(home: Home) -> None:
    home.configure('model_provider = "oss"\n')
    ran = home.octavo("doctor", "--json", env={"CODEX_OSS_BASE_URL": "http://127.0.0.1:1/v1"})
    assert (ran.code, ran.json["ok"]) == (1, False)
    (network,) = findings(ran, "network")
    assert network["state"] == "broken"
    assert "Connection refused" in network["text"]
    assert "ollama serve" in network["mend"]


@pytest.mark.parametrize(
    ("config", "env", "state", "text"),
    [
        ("", {}, "broken", "nobody is logged in"),
        ("", {"CODEX_API_KEY": SECRET}, "warning", "CODEX_API_KEY counts for octavo exec alone"),
        ('model_provider = "oss"\n', {}, "ok", "needs none"),
        (
            'model_provider = "x"\n[model_providers.x]\nname = "X"\nenv_key = "X_KEY"\n',
            {},
            "broken",
            "X_KEY is not set",
        ),
    ],
)
def test_a_login_that_is_missing(home: Home, config: str, env: dict[str, str], state: str, text: str) -> None:
    home.configure(config)
    (login,) = findings(home.octavo("doctor", "--offline", "--json", env=env), "login")
    assert login["state"] == state
    assert text in login["text"]


def test_a_login_of_the_wrong_kind_is_broken(home: Home) -> None:
    home.configure('forced_login_method = "chatgpt"\n')
    log_in(home)
    (login,) = findings(home.octavo("doctor", "--offline", "--json"), "login")
    assert (login["state"], login["text"]) == ("broken", "the configuration demands a ChatGPT login")


def test_a_login_that_cannot_be_read_is_broken(home: Home) -> None:
    (home.path / "auth.json").write_text("{")
    (login,) = findings(home.octavo("doctor", "--offline", "--json"), "login")
    assert login["state"] == "broken"
    assert login["mend"] == "octavo logout; octavo login"


def test_a_login_that_others_may_read_gets_a_warning(home: Home) -> None:
    log_in(home, 0o644)
    ran = home.octavo("doctor", "--offline", "--json")
    warned = [one for one in findings(ran, "home") if one["state"] == "warning"]
    assert [one["mend"] for one in warned] == ["chmod 600 ~/home/auth.json"]
    assert ran.code == 0


def test_keys_that_mean_nothing_are_named_with_their_neighbours(home: Home) -> None:
    log_in(home)
    home.configure('modle = "x"\nexperimental_use_unified_exec_tool = true\nzzz = 1\n')
    ran = home.octavo("doctor", "--offline", "--json")
    assert ran.code == 0
    assert [(one["text"], one["mend"]) for one in findings(ran, "config") if one["state"] == "warning"] == [
        ("modle means nothing (~/home/config.toml)", "did you mean model?"),
        ("zzz means nothing (~/home/config.toml)", "remove it"),
        ("experimental_use_unified_exec_tool is an older name", "use unified_exec in [features]"),
    ]


def test_a_configuration_that_does_not_load_is_one_line(home: Home) -> None:
    home.configure("model = 5\n")
    ran = home.octavo("doctor")
    assert ran.code == 1
    last = ran.out.splitlines()[-1]
    assert last.startswith("BROKEN   config    invalid type: integer `5`, expected a string in `model` → edit ")


def test_a_home_that_is_not_there_is_broken(home: Home) -> None:
    ran = home.octavo("doctor", "--json", env={"CODEX_HOME": "/no/such/home"})
    (found,) = findings(ran, "home")
    assert (ran.code, found["state"]) == (1, "broken")
    assert found["text"] == "CODEX_HOME is /no/such/home: No such file or directory (os error 2)"


def test_without_git_something_is_broken(home: Home, tmp_path: Path) -> None:
    ran = home.octavo("doctor", "--offline", "--json", env={"PATH": str(tmp_path)})
    (git,) = findings(ran, "git")
    assert (ran.code, git["state"], git["mend"]) == (1, "broken", "install git")


def test_mcp_servers_are_started_and_those_that_fail_are_broken(home: Home, service: ThreadingHTTPServer) -> None:
    (home.folder / "server.py").write_text(MCP_SERVER)
    good = f'[mcp_servers.good]\ncommand = "{sys.executable}"\nargs = ["{home.folder}/server.py"]\n'
    bad = '[mcp_servers.bad]\ncommand = "no-such-program"\n[mcp_servers.off]\ncommand = "x"\nenabled = false\n'
    home.configure(provider(service) + good + bad)
    ran = home.octavo("doctor", "--json", env={"X_KEY": SECRET})
    found = {one["state"]: one["text"] for one in findings(ran, "mcp")}
    assert ran.code == 1
    assert found["ok"] == "good starts and offers 1 tool"
    assert found["broken"].startswith("MCP client for `bad` failed to start: ")


def test_a_profile_is_looked_at_when_it_is_named(home: Home) -> None:
    log_in(home)
    home.configure('[profiles.p]\nmodel = "from-p"\n')
    (config,) = findings(home.octavo("doctor", "--offline", "--json", "-p", "p"), "config")
    assert config["text"].startswith("from-p of openai, ")
    assert config["text"].endswith(", profile p")


def exporter(key: str, kind: str, endpoint: str) -> str:
    protocol = 'protocol = "binary"\n' if kind == "otlp-http" else ""
    return f'[otel.{key}.{kind}]\nendpoint = "{endpoint}"\n{protocol}headers = {{ x-key = "{SECRET}" }}\n'


def test_without_an_exporter_nothing_is_sent(home: Home) -> None:
    log_in(home)
    (telemetry,) = findings(home.octavo("doctor", "--offline", "--json"), "telemetry")
    assert (telemetry["state"], telemetry["text"]) == ("ok", "no exporter is set, nothing is sent")


def test_collectors_are_asked_with_an_empty_message_and_their_headers(home: Home, service: ThreadingHTTPServer) -> None:
    http, grpc = HttpCollector(), GrpcCollector()
    with http.serving(), grpc.serving():
        events, traces = (
            exporter("exporter", "otlp-http", http.url()),
            exporter("trace_exporter", "otlp-grpc", grpc.url),
        )
        home.configure(provider(service) + events + traces)
        ran = home.octavo("doctor", "--json", env={"X_KEY": SECRET})
    assert [(one["state"], one["text"]) for one in findings(ran, "telemetry")] == [
        ("ok", f"events to {http.url()}; traces to {grpc.url}"),
        ("ok", f"{http.url()} takes events"),
        ("ok", f"{grpc.url} takes traces"),
    ]
    assert http.headers[0]["x-key"] == grpc.headers[0]["x-key"] == SECRET
    assert (http.bodies, http.events()) == ([b""], [])
    assert SECRET not in ran.out


def test_collectors_that_refuse_or_are_away_get_a_warning(home: Home, service: ThreadingHTTPServer) -> None:
    with HttpCollector(status=401).serving() as http:
        away = "http://127.0.0.1:1"
        tables = exporter("exporter", "otlp-http", http.url()), exporter("metrics_exporter", "otlp-grpc", away)
        home.configure(provider(service) + "".join(tables))
        ran = home.octavo("doctor", "--json", env={"X_KEY": SECRET})
    _, refused, missing = findings(ran, "telemetry")
    assert refused["state"] == missing["state"] == "warning"
    assert refused["text"] == f"{http.url()} does not take events: 401 Unauthorized"
    assert missing["text"].startswith(f"{away} does not take metrics: ")
    assert ran.code == 0


def test_an_exporter_that_cannot_be_made_is_broken(home: Home) -> None:
    log_in(home)
    home.configure(exporter("exporter", "otlp-http", "nowhere"))
    ran = home.octavo("doctor", "--offline", "--json")
    (telemetry,) = findings(ran, "telemetry")
    assert (ran.code, telemetry["state"]) == (1, "broken")
    assert telemetry["text"] == "the exporter cannot be made: the endpoint is no http or https address"


def test_missing_packages_are_said_with_their_mend(home: Home) -> None:
    log_in(home)
    home.configure(exporter("exporter", "otlp-http", "http://127.0.0.1:1"))
    code = "import sys; sys.modules['opentelemetry'] = None; from octavo.__main__ import main; main()"
    words = (sys.executable, "-c", code, "doctor", "--offline", "--json")
    ran = subprocess.run(words, check=False, capture_output=True, text=True, cwd=home.folder, env=home.environ)
    (telemetry,) = findings(Ran(ran.returncode, ran.stdout, ran.stderr), "telemetry")
    assert (telemetry["state"], telemetry["mend"]) == ("warning", "pip install 'octavo[otel]'")
