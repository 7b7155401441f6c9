"""The real executable, run in a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Ran:
    """How a command ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        """Stdout, which has to be JSON."""
        return json.loads(self.out)

    def __repr__(self) -> str:
        return f"Ran({self.code}, {self.out!r}, {self.err!r})"


class Home:
    """A CODEX_HOME and a working folder beside it."""

    def __init__(self, root: Path) -> None:
        self.root, self.path, self.folder = root, root / "home", root / "folder"
        self.path.mkdir()
        self.folder.mkdir()

    def configure(self, text: str) -> None:
        """Write config.toml."""
        (self.path / "config.toml").write_text(text)

    @property
    def environ(self) -> dict[str, str]:
        """The environment of a run."""
        return {"PATH": os.environ["PATH"], "HOME": str(self.root), "CODEX_HOME": str(self.path)}

    def octavo(self, *words: str, env: Mapping[str, str] | None = None, stdin: str | None = None) -> Ran:
        """Run `octavo` with these words to its end."""
        given: dict[str, Any] = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
        done = subprocess.run(
            [sys.executable, "-m", "octavo", *words],
            cwd=self.folder,
            env={**self.environ, **(env or {})},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            **given,
        )
        return Ran(done.returncode, done.stdout, done.stderr)
