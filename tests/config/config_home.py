"""A state folder and a project for tests of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from octavo.config.choices import ConfigFlags
from octavo.config.config import Config
from octavo.config.load import ConfigSources, load_config
from octavo.config.overrides import parse_override


class Home:
    """`$CODEX_HOME` at `root/home`, an administrator's file beside it and a project at `root/project`."""

    def __init__(self, root: Path) -> None:
        self.path = root / "home"
        self.project = root / "project"
        self.managed = root / "managed.toml"
        for folder in (self.path, self.project):
            folder.mkdir()

    def write(self, toml: str) -> Home:
        (self.path / "config.toml").write_text(toml, encoding="utf-8", newline="")
        return self

    def read(self) -> str:
        return (self.path / "config.toml").read_bytes().decode()

    def sources(
        self, *overrides: str, flags: ConfigFlags | None = None, environ: Mapping[str, str] | None = None
    ) -> ConfigSources:
        return ConfigSources(
            codex_home=str(self.path),
            cwd=str(self.project),
            environ=environ if environ is not None else {},
            cli_overrides=tuple(parse_override(raw) for raw in overrides),
            flags=flags or ConfigFlags(),
            managed_path=str(self.managed),
            machine_path=str(self.path.parent / "machine"),
        )

    def load(
        self, *overrides: str, flags: ConfigFlags | None = None, environ: Mapping[str, str] | None = None
    ) -> Config:
        return load_config(self.sources(*overrides, flags=flags, environ=environ))
