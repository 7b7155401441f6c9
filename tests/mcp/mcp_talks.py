"""Conversations with MCP servers, and what to expect of them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from story import Json, Talk, answer, call, says

ODD_SERVER = Path(__file__).with_name("odd_server.py")


def odd(*habits: str, **entry: Any) -> Json:
    """The entry in `[mcp_servers]` of a server with these habits."""
    return {"command": sys.executable, "args": ["-I", "-S", str(ODD_SERVER), *habits], **entry}


def calls(name: str, arguments: Json | str = "{}", server: str = "odd") -> list[Any]:
    """A model that calls one tool and is then done."""
    return [answer(call(f"mcp__{server}__{name}", arguments)), says("done")]


def output(talk: Talk, number: int = -1) -> Any:
    """What the model got for the last call of a request."""
    return talk.input(number)[-1]["output"]


async def ask_for(talk: Talk, text: str = "go") -> Any:
    """One turn; what the model got for its call."""
    await talk.user(text)
    return output(talk)


def offered(talk: Talk, number: int = 0) -> list[str]:
    """The names of the MCP tools in a request."""
    tools = talk.requests[number]["tools"]
    return [tool["name"] for tool in tools if tool.get("name", "").startswith("mcp__")]


def seen(path: Path) -> list[Json]:
    """What a server that logs its input has got."""
    return [json.loads(line) for line in path.read_text().splitlines()]
