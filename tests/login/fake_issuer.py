"""A login server on 127.0.0.1: it grants whatever the test says and keeps what it was asked."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

CLAIMS = "https://api.openai.com/auth"


def jwt(**claims: object) -> str:
    """An unsigned token that says this."""
    payload = {"email": "user@example.com", CLAIMS: claims}
    parts = [{"alg": "none"}, payload]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, "c2ln"])


class Asked:
    """One request to the issuer."""

    def __init__(self, path: str, headers: dict[str, str], body: bytes) -> None:
        self.path, self.headers, self.body = path, headers, body

    @property
    def form(self) -> list[tuple[str, str]]:
        """The fields of a form body, in their order."""
        return parse_qsl(self.body.decode(), keep_blank_values=True)

    @property
    def json(self) -> Any:
        """A JSON body."""
        return json.loads(self.body)


class FakeIssuer:
    """Answers by path from lists; the last answer of a list repeats. An answer is a status or a JSON value."""

    def __init__(self, id_token: str) -> None:
        granted = {"id_token": id_token, "access_token": jwt(chatgpt_plan_type="pro"), "refresh_token": "refresh-1"}
        self.token_answers: list[Any] = [granted, {"access_token": "sk-exchanged-1"}]
        self.code_answers: list[Any] = [
            {"device_auth_id": "device-1", "user_code": "ABCD-1234", "interval": "0"},
        ]
        self.poll_answers: list[Any] = [
            {"authorization_code": "code-d", "code_challenge": "c", "code_verifier": "verifier-d"},
        ]
        self.asked: list[Asked] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def serving(self) -> Iterator[FakeIssuer]:
        """Serve inside the block."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()

    def answer(self, path: str) -> Any:
        """What is answered to a POST."""
        answers = {
            "/oauth/token": self.token_answers,
            "/api/accounts/deviceauth/usercode": self.code_answers,
            "/api/accounts/deviceauth/token": self.poll_answers,
        }.get(path, [404])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                """The page where a user would confirm: this one confirms at once."""
                query = dict(parse_qsl(urlsplit(self.path).query))
                self.send_response(302)
                self.send_header("location", f"{query['redirect_uri']}?code=code-1&state={quote(query['state'])}")
                self.send_header("content-length", "0")
                self.end_headers()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                issuer.asked.append(Asked(self.path, headers, body))
                answer = issuer.answer(self.path)
                data = b"no" if isinstance(answer, int) else json.dumps(answer).encode()
                self.send_response(answer if isinstance(answer, int) else 200)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler
