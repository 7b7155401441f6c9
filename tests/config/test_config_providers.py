from __future__ import annotations

from pathlib import Path

import pytest
from config_home import Home

from octavo import __version__
from octavo.config.choices import ConfigFlags
from octavo.config.config import Config

CUSTOM = '[model_providers.mine]\nname = "Mine"\nbase_url = "http://h/v1"\nexperimental_bearer_token = "tok-secret"\n'


def test_the_built_in_providers(tmp_path: Path) -> None:
    providers = Home(tmp_path).load().model_providers
    assert set(providers) == {"openai", "oss", "embedded"}
    openai = providers["openai"]
    assert (openai.name, openai.base_url, openai.wire_api, openai.requires_openai_auth) == (
        "OpenAI",
        None,
        "responses",
        True,
    )
    assert openai.http_headers == {"version": __version__}
    assert openai.env_http_headers == {
        "OpenAI-Organization": "OPENAI_ORGANIZATION",
        "OpenAI-Project": "OPENAI_PROJECT",
    }
    assert (openai.request_max_retries, openai.stream_max_retries, openai.stream_idle_timeout_ms) == (4, 5, 300_000)
    assert (providers["oss"].name, providers["oss"].wire_api) == ("gpt-oss", "chat")
    assert (providers["embedded"].name, providers["embedded"].wire_api, providers["embedded"].base_url) == (
        "Embedded",
        "chat",
        None,
    )


@pytest.mark.parametrize("provider_id", ["openai", "oss", "embedded"])
def test_a_built_in_provider_can_not_be_redirected_by_the_file(tmp_path: Path, provider_id: str) -> None:
    home = Home(tmp_path).write(f'[model_providers.{provider_id}]\nname = "Evil"\nbase_url = "http://evil"\n')
    assert home.load().model_providers[provider_id].name != "Evil"


@pytest.mark.parametrize(("value", "base_url"), [("http://x", "http://x"), ("", None), ("  ", None)])
def test_a_variable_redirects_openai_unless_blank(tmp_path: Path, value: str, base_url: str | None) -> None:
    config = Home(tmp_path).load(environ={"OPENAI_BASE_URL": value})
    assert config.model_provider.base_url == base_url


@pytest.mark.parametrize(
    ("environ", "base_url"),
    [
        ({}, "http://localhost:11434/v1"),
        ({"CODEX_OSS_PORT": "99"}, "http://localhost:99/v1"),
        ({"CODEX_OSS_PORT": "x"}, "http://localhost:11434/v1"),
        ({"CODEX_OSS_PORT": "-1"}, "http://localhost:11434/v1"),
        ({"CODEX_OSS_PORT": "99", "CODEX_OSS_BASE_URL": "http://h"}, "http://h"),
        ({"CODEX_OSS_PORT": "99", "CODEX_OSS_BASE_URL": " "}, "http://localhost:99/v1"),
    ],
)
def test_variables_place_the_local_server(tmp_path: Path, environ: dict[str, str], base_url: str) -> None:
    assert Home(tmp_path).load(environ=environ).model_providers["oss"].base_url == base_url


def test_a_provider_speaks_chat_unless_it_says_otherwise(tmp_path: Path) -> None:
    home = Home(tmp_path).write(CUSTOM + '[model_providers.r]\nname = "R"\nwire_api = "responses"\n')
    providers = home.load().model_providers
    assert (providers["mine"].wire_api, providers["r"].wire_api) == ("chat", "responses")


def test_retries_are_capped(tmp_path: Path) -> None:
    home = Home(tmp_path).write(CUSTOM + "request_max_retries = 101\nstream_max_retries = 3\n")
    mine = home.load().model_providers["mine"]
    assert (mine.request_max_retries, mine.stream_max_retries) == (100, 3)
    home.write(CUSTOM + "stream_max_retries = 5000\n")
    assert home.load().model_providers["mine"].stream_max_retries == 100


def chosen(config: Config) -> tuple[str, str]:
    return config.model_provider_id, config.model


def test_flags_choose_provider_and_model_together(tmp_path: Path) -> None:
    home = Home(tmp_path).write('model = "m"\nmodel_provider = "mine"\n' + CUSTOM)
    assert chosen(home.load()) == ("mine", "m")
    assert chosen(home.load(flags=ConfigFlags(oss=True))) == ("oss", "gpt-oss:20b")
    assert chosen(home.load(flags=ConfigFlags(oss=True, model="x"))) == ("oss", "x")
    assert chosen(home.load(flags=ConfigFlags(oss=True, model_provider="mine"))) == ("oss", "gpt-oss:20b")
    assert chosen(home.load(flags=ConfigFlags(embedded=True))) == ("embedded", "local")
    assert chosen(home.load(flags=ConfigFlags(model_provider="openai"))) == ("openai", "m")


def test_the_file_can_choose_the_embedded_model(tmp_path: Path) -> None:
    home = Home(tmp_path).write('model_provider = "embedded"\n[local]\nmodel_path = "/m.gguf"\nthreads = 4\n')
    config = home.load()
    assert chosen(config) == ("embedded", "local")
    assert (config.local_model.model_path, config.local_model.threads) == ("/m.gguf", 4)
    assert config.local_model.context_size is None


def test_no_text_form_shows_a_secret(tmp_path: Path) -> None:
    home = Home(tmp_path).write(
        CUSTOM
        + '[mcp_servers.s]\ncommand = "c"\nenv = {A = "tok-secret"}\n'
        + '[mcp_servers.h]\nurl = "u"\nhttp_headers = {A = "tok-secret"}\n'
        + '[otel]\nexporter = {otlp-grpc = {endpoint = "e", headers = {A = "tok-secret"}}}\n'
    )
    config = home.load(environ={"K": "tok-secret"})
    for value in (config, config.model_providers, config.mcp_servers, config.otel):
        assert "tok-secret" not in repr(value)
