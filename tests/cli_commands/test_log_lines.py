"""Where log lines go, what they look like, and what they never hold."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from octavo_program import Home

from octavo.http.redact import redact, secret_values

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z (TRACE|DEBUG| INFO| WARN|ERROR) [\w.]+: .*")

# Logs as the terminal interface does, without the rest of it.
LOG_TO_FILE = """
import logging, os, sys
from octavo.cli.logs import log_to_file
os.umask(0)
log_to_file(sys.argv[1], os.environ)
logging.getLogger("octavo.x").info("hello %s", "you")
logging.getLogger("octavo.x").debug("quiet")
logging.getLogger("octavo.x").error("key is sk-1234567890abc")
"""


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ('{"refresh_token":"RT \\" more","scope":"openid"}', 'RT \\" more'),
        ('{"input":"my \\"password\\": \\"hunter2\\" it is"}', "hunter2"),
        ("grant_type=authorization_code&code=abc-1&code_verifier=vvv", "abc-1"),
        ("grant_type=authorization_code&code=abc-1&code_verifier=vvv", "vvv"),
        ("Authorization: Bearer abcdefgh", "abcdefgh"),
        ("authorization=Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("{'OPENAI_API_KEY': 'plain'}", "plain"),
        ('{"password": "cut off in the mid', "mid"),
        ('{\\"password\\": \\"cut off in the mid\\', "mid"),
        ("password: 'cut off in the mid", "mid"),
        ("PA\u017f\u017fWORD=plain-text", "plain-text"),
        ("Ba\u017f\u0131c dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("x-api-key: 12345", "12345"),
        ("set-cookie: sid=12345; path=/", "sid=12345"),
        ("it said sk-proj-abcdefgh123", "sk-proj-abcdefgh123"),
        ("token ghp_0123456789abcdef0123", "ghp_0123456789abcdef0123"),
        ("jwt eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln", "eyJhIjoxfQ"),
        ("proxy http://user:pass@host:1/", "user:pass"),
    ],
)
def test_what_looks_like_a_credential_is_masked(text: str, hidden: str) -> None:
    assert hidden not in redact(text)
    assert "*****" in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "token_count: 5, max_tokens=3",
        "a basic idea",
        "method=POST url=http://127.0.0.1:1/v1/responses status=200 OK request_ids={}",
        '{"model":"gpt-5","stream":true}',
    ],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert redact(text) == text


def test_values_of_variables_with_telling_names_are_secrets() -> None:
    environ = {"MY_KEY": "long-enough", "GH_TOKEN": "short", "PATH": "/usr/bin:/bin", "db_password": "pass-word-1"}
    environ["X_TOKEN_URL"] = "https://login.example/token"
    assert secret_values(environ) == {"long-enough", "pass-word-1"}


def test_a_log_file_is_private_appended_to_and_plain(home: Home) -> None:
    path = home.path / "log" / "codex-tui.log"
    for _ in range(2):
        subprocess.run([sys.executable, "-c", LOG_TO_FILE, str(path)], env=home.environ, check=True)
    lines = path.read_text().splitlines()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(lines) == 4
    assert all(LINE.fullmatch(line) for line in lines)
    assert lines[0].endswith(" INFO octavo.x: hello you")
    assert lines[1].endswith("ERROR octavo.x: key is *****")


def test_an_older_log_file_becomes_private(home: Home) -> None:
    path = home.path / "codex-tui.log"
    path.write_text("")
    path.chmod(0o644)
    subprocess.run([sys.executable, "-c", LOG_TO_FILE, str(path)], env=home.environ, check=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


class Service:
    """A model service that refuses, and keeps the headers that it got."""

    def __init__(self) -> None:
        self.headers: list[dict[str, str]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                service.headers.append({name.lower(): value for name, value in self.headers.items()})
                body = b'{"error":{"message":"bad key sk-echoed-1234567"}}'
                self.send_response(401)
                self.send_header("content-length", str(len(body)))
                self.send_header("set-cookie", "sid=cookie-secret-1")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


SECRETS = ("env-key-1234567", "static-header-secret", "env-header-secret", "query-secret-1", "cookie-secret-1")


@pytest.mark.parametrize("variable", ["RUST_LOG", "OCTAVO_LOG"])
def test_no_key_token_or_header_value_is_logged_at_any_level(home: Home, variable: str) -> None:
    service = Service()
    home.configure(
        'model = "gpt-5"\nmodel_provider = "x"\n[model_providers.x]\nname = "x"\nwire_api = "responses"\n'
        f'base_url = "http://127.0.0.1:{service.server.server_port}/v1"\nenv_key = "X_CREDENTIAL_VALUE"\n'
        'request_max_retries = 0\nstream_max_retries = 0\nquery_params = {api_key = "query-secret-1"}\n'
        'http_headers = {x-static = "static-header-secret"}\nenv_http_headers = {x-env = "X_HEADER_VARIABLE"}\n'
    )
    environ = {variable: "trace", "X_CREDENTIAL_VALUE": SECRETS[0], "X_HEADER_VARIABLE": SECRETS[2]}
    try:
        ran = home.octavo("exec", "--skip-git-repo-check", "hi", env=environ)
    finally:
        service.server.shutdown()
        service.server.server_close()
    assert service.headers[0]["authorization"] == f"Bearer {SECRETS[0]}"
    assert service.headers[0]["x-static"] == SECRETS[1]
    assert service.headers[0]["x-env"] == SECRETS[2]
    log = [line for line in ran.err.splitlines() if LINE.fullmatch(line)]
    assert any("TRACE octavo.http: method=POST" in line for line in log)
    assert [secret for secret in SECRETS if secret in "\n".join(log)] == []
    assert not any("sk-echoed" in line for line in log)


def test_a_refresh_of_a_login_logs_no_token(home: Home) -> None:
    service = Service()
    url = f"http://127.0.0.1:{service.server.server_port}"
    home.configure(
        'model = "gpt-5"\nmodel_provider = "x"\n[model_providers.x]\nname = "x"\nwire_api = "responses"\n'
        f'base_url = "{url}"\nrequest_max_retries = 0\nstream_max_retries = 0\n'
    )
    # Its signature counts for nothing, and neither do its claims here.
    tokens = {
        "id_token": "eyJhbGciOiJub25lIn0.e30.c2ln",
        "access_token": "access-secret",
        "refresh_token": "refresh-secret",
    }
    login = {"OPENAI_API_KEY": None, "tokens": tokens, "last_refresh": "2020-01-01T00:00:00Z"}
    (home.path / "auth.json").write_text(json.dumps(login))
    environ = {"RUST_LOG": "trace", "CODEX_REFRESH_TOKEN_URL_OVERRIDE": f"{url}/token"}
    try:
        ran = home.octavo("exec", "--skip-git-repo-check", "hi", env=environ)
    finally:
        service.server.shutdown()
        service.server.server_close()
    log = "\n".join(line for line in ran.err.splitlines() if LINE.fullmatch(line))
    assert f"url={url}/token" in log
    assert not any(secret in log for secret in tokens.values())


@pytest.mark.parametrize(
    "name",
    [
        "access_token", "id_token", "bearer_token", "authorization_code", "code_verifier", "device_auth_id",
        "user_code", "USERCODE", "client_secret", "private_key", "X-Api-Key", "apikey", "proxy-authorization", "passwd",
        "password", "secret_key", "set-cookie", "cookie",
    ],
)  # fmt: skip
def test_each_name_of_a_field_is_noticed(name: str) -> None:
    assert redact(f"{name}: hunter2-and-more") == f"{name}: *****"
