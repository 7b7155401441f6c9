"""A place to run the real executable in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from exec_model_server import Answer, ModelServer

OCTAVO = (sys.executable, "-m", "octavo")


class Place:
    """A home, a workspace and a model service."""

    def __init__(self, root: Path, stack: ExitStack) -> None:
        self.root, self.workspace, self.home = root, root / "ws", root / "home"
        self.workspace.mkdir()
        self.home.mkdir()
        self._stack = stack

    def model(self, *answers: Answer, hold: bool = False, more: str = "") -> ModelServer:
        """Start a service that gives these answers, and configure it."""
        server = self._stack.enter_context(ModelServer(answers, hold=hold).serving())
        (self.home / "config.toml").write_text(
            f'model = "gpt-5-codex"\nmodel_provider = "mock"\n{more}\n[model_providers.mock]\nname = "mock"\n'
            f'base_url = "{server.url}"\nwire_api = "responses"\nrequest_max_retries = 0\nstream_max_retries = 1\n'
        )
        return server

    def environ(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of a run."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        return {**kept, "HOME": str(self.root), "CODEX_HOME": str(self.home), **(more or {})}

    def start(self, *words: str, env: Mapping[str, str] | None = None, **more: Any) -> subprocess.Popen[bytes]:
        """Start `octavo` with these words."""
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        options: dict[str, Any] = {"cwd": self.workspace, "env": self.environ(env), **streams, **more}
        return subprocess.Popen([*OCTAVO, *words], **options)

    def octavo(
        self, *words: str, stdin: bytes | None = None, env: Mapping[str, str] | None = None, **more: Any
    ) -> Result:
        """Run `octavo` with these words to its end."""
        streams: dict[str, Any] = {} if stdin is None else {"stdin": subprocess.PIPE}
        with self.start(*words, env=env, **streams, **more) as process:
            out, err = process.communicate(stdin, timeout=60)
        return Result(process.returncode, out or b"", (err or b"").decode())

    def exec(self, *words: str, **more: Any) -> Result:
        """Run `octavo exec`, outside of any repository."""
        return self.octavo("exec", "--skip-git-repo-check", *words, **more)

    def rollouts(self) -> Sequence[Path]:
        """The saved sessions."""
        return sorted(self.home.glob("sessions/*/*/*/*.jsonl"))


class Result:
    """How a run ended."""

    def __init__(self, code: int, out: bytes, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def events(self) -> list[Any]:
        """The lines of stdout, each of which has to be JSON."""
        return [json.loads(line) for line in self.out.decode().splitlines()]

    @property
    def types(self) -> list[str]:
        """What kind of event each line is."""
        return [event["type"] for event in self.events]
