"""What `/status` tells of the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from octavo.config.load import ConfigSources, load_config
from octavo.frontends.terminal.cells.status import StatusFacts
from octavo.frontends.terminal.facts import status_facts

OWN = """model_provider = "own"
[model_providers.own]
name = "own"
base_url = "http://127.0.0.1:9/v1"
"""


def facts(folder: Path, text: str) -> StatusFacts:
    (folder / "config.toml").write_text(text)
    return status_facts(load_config(ConfigSources(str(folder), str(folder), {})), "the-id")


@pytest.mark.parametrize(
    ("text", "reasoning"),
    [
        ('model = "gpt-5-codex"\n', ("reasoning none", "summaries auto")),
        (
            'model = "gpt-5"\nmodel_reasoning_effort = "high"\nmodel_reasoning_summary = "none"\n',
            ("reasoning high", "summaries off"),
        ),
        ('model = "gpt-5"\nmodel_reasoning_summary = "detailed"\n', ("reasoning none", "summaries detailed")),
        ('model = "gpt-4o"\n', ()),
        (f'model = "gpt-5-codex"\n{OWN}wire_api = "chat"\n', ()),
        (f'model = "gpt-5-codex"\n{OWN}wire_api = "responses"\n', ("reasoning none", "summaries auto")),
    ],
)
def test_the_model_row_tells_of_reasoning_only_where_there_is_any(
    tmp_path: Path, text: str, reasoning: tuple[str, ...]
) -> None:
    assert facts(tmp_path, text).reasoning == reasoning


@pytest.mark.parametrize("mode", ["read-only", "workspace-write", "danger-full-access"])
def test_the_sandbox_is_called_as_flags_call_it(tmp_path: Path, mode: str) -> None:
    assert facts(tmp_path, f'sandbox_mode = "{mode}"\n').sandbox == mode


def test_a_window_of_ones_own_is_the_one_that_counts(tmp_path: Path) -> None:
    assert facts(tmp_path, 'model = "gpt-5-codex"\n').window == 272_000
    assert facts(tmp_path, 'model = "gpt-5-codex"\nmodel_context_window = 5000\n').window == 5000
    assert facts(tmp_path, 'model = "nobody-knows-it"\n').window is None
