"""When the question about a newer version is asked."""

from __future__ import annotations

import json
from pathlib import Path

from octavo import __version__
from octavo.config.config import Config
from octavo.config.load import ConfigSources, load_config
from octavo.frontends.terminal.first_steps import update_question

ENVIRON = {"OCTAVO_RELEASES_URL": "http://127.0.0.1:9/", "OCTAVO_UPDATE_COMMAND": "tool upgrade octavo"}


def config(home: Path, environ: dict[str, str], dismissed: str | None = None) -> Config:
    facts = {"latest_version": "99.0.0", "last_checked_at": "2025-01-01T00:00:00Z", "dismissed_version": dismissed}
    (home / "version.json").write_text(json.dumps(facts))
    return load_config(ConfigSources(str(home), str(home), environ))


def test_the_question_is_asked_when_we_know_how_to_update(tmp_path: Path) -> None:
    view = update_question(config(tmp_path, ENVIRON), "")
    assert view is not None
    rows, _ = view.rows(80, 24)
    assert any(f"{__version__} -> 99.0.0" in row.text for row in rows)
    assert any("tool upgrade octavo" in row.text for row in rows)


def test_it_is_not_asked_before_work_or_again_or_without_a_command(tmp_path: Path) -> None:
    assert update_question(config(tmp_path, ENVIRON), "a prompt") is None
    assert update_question(config(tmp_path, ENVIRON, "99.0.0"), "") is None
    assert update_question(config(tmp_path, {"OCTAVO_RELEASES_URL": "http://127.0.0.1:9/"}), "") is None
    assert update_question(config(tmp_path, {}), "") is None
