"""A home, a workspace and model services for the real app server."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from app_server_client import AppServer
from model_server import Reply, Server


class Place:
    """Where servers run."""

    def __init__(self, root: Path, stack: ExitStack) -> None:
        self.root, self.home, self.workspace = root, root / "home", root / "ws"
        self.home.mkdir()
        self.workspace.mkdir()
        self._stack = stack

    def configure(self, text: str) -> None:
        (self.home / "config.toml").write_text(text)

    def model(self, *replies: Reply, top: str = "", tables: str = "") -> Server:
        """Start a model service that gives these replies, and configure it."""
        server = self._stack.enter_context(Server(replies))
        self.configure(f'model = "gpt-5-codex"\nmodel_provider = "mock"\n{top}\n{provider("mock", server)}\n{tables}\n')
        return server

    def service(self, *replies: Reply) -> Server:
        """A service that nothing is configured for."""
        return self._stack.enter_context(Server(replies))

    def server(self, *words: str, **more: Any) -> AppServer:
        """Start `octavo app-server`, or these words."""
        return self._stack.enter_context(AppServer(self.home, self.workspace, words=words or ("app-server",), **more))

    def sessions(self) -> Sequence[Path]:
        return sorted(self.home.glob("sessions/*/*/*/*.jsonl"))


def provider(name: str, server: Server) -> str:
    return (
        f'[model_providers.{name}]\nname = "{name}"\nbase_url = "{server.url}/v1"\nwire_api = "responses"\n'
        "request_max_retries = 0\nstream_max_retries = 0\n"
    )
