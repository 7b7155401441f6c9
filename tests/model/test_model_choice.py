"""What is known of models, and how settings follow from a configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from octavo.auth.current import CurrentLogin
from octavo.config.config import Config
from octavo.config.load import ConfigSources, load_config
from octavo.http.client import HttpClient
from octavo.model.choose import backend_for
from octavo.model.families import ModelFamily, family_of
from octavo.model.settings import model_settings
from octavo.model.sizes import effective_window, sizes_of

FUNCTION, FREEFORM = "function", "freeform"


@pytest.mark.parametrize(
    ("slug", "family", "facts"),
    [
        ("o3", "o3", "RI"),
        ("o3-2025-04-16", "o3", "RI"),
        ("o4-mini-x", "o4-mini", "RI"),
        ("codex-mini-latest", "codex-mini-latest", "RIL"),
        ("gpt-4.1", "gpt-4.1", "I"),
        ("gpt-oss:20b", "gpt-oss", "F"),
        ("openai/gpt-oss-120b", "gpt-oss", "F"),
        ("gpt-4o-mini", "gpt-4o", "I"),
        ("gpt-3.5-turbo", "gpt-3.5", "I"),
        ("test-gpt-5-codex", "test-gpt-5-codex", "RXCPV"),
        ("codex-exp-1", "codex-exp-1", "RXCPVG"),
        ("gpt-5-codex", "gpt-5-codex", "RXCG"),
        ("gpt-5-codex-x", "gpt-5-codex-x", "RXCG"),
        ("codex-foo", "codex-foo", "RXCG"),
        ("gpt-5-2025-08-07", "gpt-5", "RIV"),
    ],
)
def test_the_first_prefix_that_fits_decides(slug: str, family: str, facts: str) -> None:
    found = family_of(slug)
    assert found is not None
    assert (found.slug, found.family) == (slug, family)
    assert letters(found) == set(facts)


def letters(family: ModelFamily) -> set[str]:
    facts = {
        "R": family.supports_reasoning_summaries,
        "X": family.summary_format == "experimental",
        "C": family.prompt == "codex",
        "I": family.needs_patch_instructions,
        "L": family.uses_local_shell,
        "F": family.apply_patch_tool == FUNCTION,
        "G": family.apply_patch_tool == FREEFORM,
        "P": family.supports_parallel_tool_calls,
        "V": family.supports_verbosity,
    }
    return {letter for letter, holds in facts.items() if holds}


def test_reading_tools_belong_to_two_families() -> None:
    test, experimental = family_of("test-gpt-5-codex"), family_of("codex-exp-1")
    assert test is not None
    assert experimental is not None
    assert test.experimental_tools == ("grep_files", "list_dir", "read_file", "test_sync_tool")
    assert experimental.experimental_tools == ("grep_files", "list_dir", "read_file")


def test_other_models_have_no_family() -> None:
    assert family_of("mystery") is None
    assert family_of("GPT-5") is None


@pytest.mark.parametrize(
    ("slug", "sizes"),
    [
        ("gpt-oss-20b", (96000, 32000, 86400, 91200)),
        ("o3", (200000, 100000, 180000, 190000)),
        ("gpt-4.1", (1047576, 32768, 942818, 995197)),
        ("gpt-4o", (128000, 16384, 115200, 121600)),
        ("gpt-4o-2024-05-13", (128000, 4096, 115200, 121600)),
        ("gpt-3.5-turbo", (16385, 4096, 14746, 15565)),
        ("gpt-5-2025-08-07", (272000, 128000, 244800, 258400)),
        ("codex-anything", (272000, 128000, 244800, 258400)),
        ("codex-mini-latest", (200000, 100000, 180000, 190000)),
        ("o3-2025-04-16", None),
        ("o3-mini", None),
        ("gpt-oss:20b", None),
        ("test-gpt-5-codex", None),
        ("mystery", None),
    ],
)
def test_sizes_belong_to_exact_names(slug: str, sizes: tuple[int, ...] | None) -> None:
    found = sizes_of(slug)
    if sizes is None:
        assert found is None
    else:
        assert found is not None
        shown = (found.window, found.max_output, found.auto_compact_limit, effective_window(found.window))
        assert shown == sizes


def configured(home: Path, toml: str = "", **environ: str) -> Config:
    (home / "config.toml").write_text(toml)
    return load_config(
        ConfigSources(codex_home=str(home), cwd=str(home), environ=environ, managed_path=str(home / "none"))
    )


def test_the_configured_window_counts_only_where_sizes_are_not_known(tmp_path: Path) -> None:
    config = configured(tmp_path, 'model = "gpt-5"\nmodel_context_window = 1000')
    assert model_settings(config, "gpt-5", None, "auto").context_window == 258400
    config = configured(tmp_path, 'model = "mystery"\nmodel_context_window = 1000')
    settings = model_settings(config, "mystery", None, "auto")
    assert (settings.context_window, settings.auto_compact_limit) == (950, None)
    assert model_settings(configured(tmp_path, 'model = "mystery"'), "mystery", None, "auto").context_window is None


def test_the_configured_compaction_limit_always_counts(tmp_path: Path) -> None:
    config = configured(tmp_path, 'model = "gpt-5"\nmodel_auto_compact_token_limit = 7')
    assert model_settings(config, "gpt-5", None, "auto").auto_compact_limit == 7


def test_what_is_configured_of_summaries_counts_only_without_a_family(tmp_path: Path) -> None:
    lines = 'model_supports_reasoning_summaries = true\nmodel_reasoning_summary_format = "experimental"\n'
    config = configured(tmp_path, f'model = "mystery"\n{lines}')
    assert letters(model_settings(config, "mystery", None, "auto").family) == {"R", "X"}
    config = configured(tmp_path, f'model = "gpt-4.1"\n{lines}')
    assert letters(model_settings(config, "gpt-4.1", None, "auto").family) == {"I"}


def test_a_switch_to_an_unknown_model_keeps_the_first_family(tmp_path: Path) -> None:
    config = configured(tmp_path, 'model = "gpt-5"')
    settings = model_settings(config, "mystery", "low", "concise")
    assert (settings.slug, settings.family.slug, settings.family.family) == ("mystery", "gpt-5", "gpt-5")
    assert (settings.effort, settings.summary) == ("low", "concise")
    assert model_settings(config, "o3", None, "auto").family.slug == "o3"


def test_the_provider_decides_what_answers(tmp_path: Path) -> None:
    def chosen(toml: str) -> str:
        config = configured(tmp_path, toml)
        http = HttpClient(None, {})
        return type(backend_for(config, CurrentLogin(str(tmp_path), http, {}), http)).__name__

    assert chosen("") == "ResponsesBackend"
    assert chosen('model_provider = "oss"') == "ChatBackend"
    assert chosen('model_provider = "embedded"') == "EmbeddedBackend"
    assert chosen('model_provider = "x"\n[model_providers.x]\nname = "x"\nbase_url = "http://h"') == "ChatBackend"
