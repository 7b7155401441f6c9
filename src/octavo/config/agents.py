"""`[agents]`: other agents that the model may hand a task to (`docs/agents.md`). Loaded only where it is there.

An agent's file is written like `config.toml`, and little of it counts. Wherever it
lies, it chooses the model, its words and a narrower sandbox. What starts programs or sends
words elsewhere counts only in a file below `CODEX_HOME`, which no repository can bring.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

import msgspec

from octavo.config.choices import effort_of
from octavo.config.config import Agent, Agents
from octavo.config.mcp_servers import read_server
from octavo.config.schema import AgentToml, Integer, McpServerToml, Unsigned
from octavo.config.toml import Tree, convert_tree, parse_toml
from octavo.errors import ConfigError
from octavo.files.plain_file import open_plain
from octavo.protocol.policy import ReasoningSummary, SandboxMode

MOST_BYTES = 1 << 20
"""How large an agent's file may be."""

_LIMITS = ("max_depth", "max_threads")
_OWN_ONLY = ("model_provider", "mcp_servers")


class AgentFile(msgspec.Struct, frozen=True):
    """What counts of an agent's file; the names and types are those of `config.toml`."""

    model: str | None = None
    model_provider: str | None = None
    model_reasoning_effort: str | None = None
    model_reasoning_summary: ReasoningSummary | None = None
    developer_instructions: str | None = None
    sandbox_mode: SandboxMode | None = None
    mcp_servers: Mapping[str, McpServerToml] | None = None
    max_tokens: Unsigned | None = None


class _Limit(msgspec.Struct, frozen=True):
    value: Integer


def read_agents(table: Mapping[str, object], codex_home: str) -> Agents:
    """What `[agents]` says. Raises `ConfigError`, which names the agent that cannot be used."""
    limits = {key: _limit(key, table[key]) for key in _LIMITS if key in table}
    tables = {name: entry for name, entry in sorted(table.items()) if isinstance(entry, dict)}
    named = {name: _agent(name, entry, codex_home) for name, entry in tables.items()}
    return msgspec.structs.replace(Agents(named=named), **limits)


def _limit(key: str, value: object) -> int:
    limit = convert_tree({"value": value}, _Limit, f"agents.{key}").value
    if limit < 1:
        raise ConfigError(f"invalid value: integer `{limit}`, expected at least 1\nin `agents.{key}`")
    return limit


def _agent(name: str, table: Tree, codex_home: str) -> Agent:
    entry = convert_tree(table, AgentToml, f"agents.{name}")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,48}", name):
        raise ConfigError(f"agents.{name}: a name has at most 48 letters, digits, `_` and `-`")
    if not entry.description.strip():
        raise ConfigError(f"agents.{name}: `description` is missing; it tells the model what the agent is for")
    file = AgentFile() if entry.config_file is None else _read(name, entry.config_file, codex_home)
    tokens = entry.max_tokens if file.max_tokens is None else file.max_tokens
    if tokens is not None and tokens < 1:
        raise ConfigError(f"agents.{name}: `max_tokens` has to be at least 1")
    servers = file.mcp_servers
    return Agent(
        name=name,
        description=entry.description.strip(),
        model=file.model,
        model_provider=file.model_provider,
        model_reasoning_effort=effort_of(file.model_reasoning_effort),
        model_reasoning_summary=file.model_reasoning_summary,
        developer_instructions=file.developer_instructions,
        sandbox_mode=file.sandbox_mode,
        mcp_servers=None if servers is None else {key: read_server(key, servers[key]) for key in sorted(servers)},
        max_tokens=tokens,
    )


def _read(name: str, config_file: str, codex_home: str) -> AgentFile:
    """What counts of the file; a relative name is one in `CODEX_HOME`."""
    path = os.path.join(codex_home, os.path.expanduser(config_file))
    try:
        path = os.path.realpath(path)
        file = convert_tree(parse_toml(_text(path), path), AgentFile)
    except OSError as error:
        raise ConfigError(f"agents.{name}: cannot read {path}: {error.strerror or error}") from None
    except ValueError as error:  # a NUL in the name, or no UTF-8 in the file
        raise ConfigError(f"agents.{name}: cannot read {path!r}: {error}") from None
    except ConfigError as error:
        raise ConfigError(f"agents.{name}: {error}") from None
    home = os.path.realpath(codex_home)
    for key in _OWN_ONLY:
        if getattr(file, key) is not None and os.path.commonpath((path, home)) != home:
            raise ConfigError(f"agents.{name}: `{key}` counts only in a config_file below {home}, not in {path}")
    return file


def _text(path: str) -> str:
    with open_plain(path) as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ConfigError(f"{path} is larger than {MOST_BYTES} bytes")
    return data.decode("utf-8").removeprefix("\ufeff")
