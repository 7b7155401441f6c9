"""An account service on 127.0.0.1: answers by method and path, and keeps what it was asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

# Nobody checks the signature.
ID_TOKEN = "eyJhbGciOiJub25lIn0.e30.c2ln"

DIFF = (
    "diff --git a/a.txt b/a.txt\nindex 01e79c3..230b143 100644\n--- a/a.txt\n+++ b/a.txt\n"
    "@@ -1,3 +1,3 @@\n 1\n-2\n+TWO\n 3\n"
)


class AccountServer:
    """Answers are JSON values, or statuses; what it does not know is 404."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                headers = {name.lower(): value for name, value in self.headers.items()}
                what = f"{self.command} {self.path}"
                server.asked.append((what, headers, body))
                answer = server.answers.get(what, 404)
                data = b"no" if isinstance(answer, int) else json.dumps(answer).encode()
                self.send_response(answer if isinstance(answer, int) else 200)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_GET

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


class Checkout:
    """A home with a login, and a repository with one file."""

    def __init__(self, root: Path, server: AccountServer) -> None:
        self.root, self.home, self.repository = root, root / "home", root / "repository"
        self.home.mkdir()
        self.repository.mkdir()
        (self.home / "config.toml").write_text(f'chatgpt_base_url = "{server.url}/backend-api/"\n')
        self.service = f"{server.url}/backend-api"
        self.log_in()
        self.git("init", "-q", "-b", "trunk")
        self.commit("1\n2\n3\n")

    def log_in(self, account_id: str | None = "acc-1") -> None:
        """Store a ChatGPT login."""
        tokens = {"id_token": ID_TOKEN, "access_token": "AT", "refresh_token": "RT", "account_id": account_id}
        login = {"OPENAI_API_KEY": None, "tokens": tokens, "last_refresh": "2999-01-01T00:00:00Z"}
        (self.home / "auth.json").write_text(json.dumps(login))

    def git(self, *words: str) -> None:
        """Run git in the repository."""
        who = ("-c", "user.name=n", "-c", "user.email=e@example.com")
        subprocess.run(["git", *who, *words], cwd=self.repository, check=True, capture_output=True)

    def commit(self, text: str) -> None:
        """Commit this as the content of `a.txt`."""
        (self.repository / "a.txt").write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "m")

    def octavo(
        self, *words: str, cwd: Path | None = None, stdin: str | None = None, **env: str
    ) -> tuple[int, str, str]:
        """Run `octavo`: exit code, stdout, stderr."""
        environ = {"PATH": os.environ["PATH"], "HOME": str(self.root), "CODEX_HOME": str(self.home)}
        given: dict[str, Any] = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
        done = subprocess.run(
            [sys.executable, "-m", "octavo", *words],
            cwd=cwd or self.repository,
            env={**environ, "CODEX_CLOUD_TASKS_BASE_URL": self.service, **env},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            **given,
        )
        return done.returncode, done.stdout, done.stderr
