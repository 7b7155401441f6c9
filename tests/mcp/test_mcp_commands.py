"""`octavo mcp …` as users and scripts see it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

import pytest
from oauth_server import OAuthPlace
from web_server import web_server

CONFIG = """
[mcp_servers.a]
command = "x"
[mcp_servers.b]
command = "y"
args = ["1", "two words"]
env = { B = "2", A = "1" }
env_vars = ["Z", "C"]
cwd = "/tmp"
startup_timeout_sec = 20
tool_timeout_sec = 2.5
enabled_tools = []
disabled_tools = ["q"]
[mcp_servers.h]
url = "http://127.0.0.1:9/x"
http_headers = { "X-A" = "2" }
env_http_headers = { "X-E" = "EVAR" }
[mcp_servers.i]
url = "http://127.0.0.1:9/x"
bearer_token_env_var = "T"
enabled = false
"""


class Place:
    """A home folder, and a way to run commands with it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environ = {"PATH": os.environ["PATH"], "CODEX_HOME": str(home), "PYTHON_KEYRING_BACKEND": FAIL}

    def start(self, *words: str) -> subprocess.Popen[str]:
        argv = [sys.executable, "-m", "octavo", *words]
        pipe = subprocess.PIPE
        return subprocess.Popen(argv, env=self.environ, stdout=pipe, stderr=pipe, text=True, cwd=self.home)

    def run(self, *words: str) -> tuple[int, str, str]:
        process = self.start(*words)
        stdout, stderr = process.communicate(timeout=30)
        return process.returncode, stdout, stderr

    def ok(self, *words: str) -> str:
        code, stdout, stderr = self.run(*words)
        assert (code, stderr) == (0, "")
        return stdout

    def refused(self, *words: str) -> str:
        """The one line of a command that fails."""
        code, stdout, stderr = self.run(*words)
        assert (code, stdout) == (1, "")
        return stderr

    @property
    def config(self) -> str:
        return (self.home / "config.toml").read_text()


FAIL = "keyring.backends.fail.Keyring"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "config.toml").write_text(CONFIG)
    return Place(tmp_path)


def test_a_list_has_a_table_for_programs_and_one_for_addresses(place: Place) -> None:
    assert place.ok("mcp", "list").splitlines() == [
        "Name  Command  Args         Env                                 Cwd   Status   Auth       ",
        "a     x        -            -                                   -     enabled  Unsupported",
        "b     y        1 two words  A=*****, B=*****, Z=*****, C=*****  /tmp  enabled  Unsupported",
        "",
        "Name  Url                   Bearer Token Env Var  Status    Auth        ",
        "h     http://127.0.0.1:9/x  -                     enabled   Unsupported ",
        "i     http://127.0.0.1:9/x  T                     disabled  Bearer token",
    ]


def test_a_list_as_json_shows_values(place: Place) -> None:
    text = place.ok("mcp", "list", "--json")
    assert text.startswith('[\n  {\n    "name": "a",\n')
    a, b, h, i = json.loads(text)
    assert a == {
        "name": "a",
        "enabled": True,
        "transport": {"type": "stdio", "command": "x", "args": [], "env": None, "env_vars": [], "cwd": None},
        "startup_timeout_sec": None,
        "tool_timeout_sec": None,
        "auth_status": "unsupported",
    }
    assert b["transport"]["env"] == {"A": "1", "B": "2"}
    assert '"startup_timeout_sec": 20.0' in text
    assert h["transport"]["http_headers"] == {"X-A": "2"}
    assert (i["enabled"], i["auth_status"]) == (False, "bearer_token")


def test_nothing_configured_says_what_to_do(place: Place) -> None:
    (place.home / "config.toml").unlink()
    assert place.ok("mcp", "list") == ("No MCP servers configured yet. Try `octavo mcp add my-tool -- my-command`.\n")
    assert place.ok("mcp", "list", "--json") == "[]\n"


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        (
            "b",
            [
                "enabled: true",
                "enabled_tools: []",
                "disabled_tools: q",
                "transport: stdio",
                "command: y",
                "args: 1 two words",
                "cwd: /tmp",
                "env: A=*****, B=*****, Z=*****, C=*****",
                "startup_timeout_sec: 20",
                "tool_timeout_sec: 2.5",
                "remove: octavo mcp remove b",
            ],
        ),
        (
            "h",
            [
                "enabled: true",
                "transport: streamable_http",
                "url: http://127.0.0.1:9/x",
                "bearer_token_env_var: -",
                "http_headers: X-A=*****",
                "env_http_headers: X-E=EVAR",
                "remove: octavo mcp remove h",
            ],
        ),
    ],
)
def test_one_server_is_shown_without_its_secrets(place: Place, name: str, lines: list[str]) -> None:
    assert place.ok("mcp", "get", name) == "\n  ".join([name, *lines]) + "\n"


def test_a_disabled_server_is_one_line_but_all_of_it_as_json(place: Place) -> None:
    assert place.ok("mcp", "get", "i") == "i (disabled)\n"
    shown = json.loads(place.ok("mcp", "get", "i", "--json"))
    assert shown["enabled"] is False
    assert shown["enabled_tools"] is None
    assert "auth_status" not in shown


def test_added_servers_are_in_the_file_and_removed_ones_are_not(place: Place) -> None:
    assert place.ok("mcp", "add", "x", "--env", " K =v=w", "cmd", "arg", "--flag") == ("Added global MCP server 'x'.\n")
    x = json.loads(place.ok("mcp", "get", "x", "--json"))["transport"]
    assert (x["command"], x["args"], x["env"]) == ("cmd", ["arg", "--flag"], {"K": "v=w"})
    assert place.ok("mcp", "add", "x", "--url", "http://127.0.0.1:9/", "--bearer-token-env-var", "V")
    assert '[mcp_servers.x]\nurl = "http://127.0.0.1:9/"\nbearer_token_env_var = "V"' in place.config
    assert place.ok("mcp", "remove", "x") == "Removed global MCP server 'x'.\n"
    assert place.ok("mcp", "remove", "x") == "No MCP server named 'x' found.\n"
    assert "mcp_servers.x" not in place.config


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["add", "bad name", "--", "x"], "Error: invalid server name 'bad name' (use letters, numbers, '-', '_')\n"),
        (["add", "n", "--url", "http://x", "--env", "A=1"], "Error: command is required\n"),
        (["get", "nobody"], "Error: No MCP server named 'nobody' found.\n"),
        (["logout", "nobody"], "Error: No MCP server named 'nobody' found in configuration.\n"),
        (["logout", "a"], "Error: OAuth logout is only supported for streamable_http transports.\n"),
        (
            ["logout", "h"],
            "Error: failed to delete OAuth credentials: failed to delete OAuth tokens from keyring\n",
        ),
        (
            ["login", "h"],
            "Error: OAuth login is only supported when [feature].rmcp_client is true in config.toml.\n",
        ),
        (["login", "nobody", "--enable", "rmcp_client"], "Error: No MCP server named 'nobody' found.\n"),
        (
            ["login", "a", "--enable", "rmcp_client"],
            "Error: OAuth login is only supported for streamable HTTP servers.\n",
        ),
    ],
)
def test_what_cannot_be_done_is_one_line(place: Place, words: list[str], text: str) -> None:
    assert place.refused("mcp", *words) == text


@pytest.mark.parametrize(
    "words",
    [
        ["add", "x"],
        ["add", "x", "--url", "http://x", "cmd"],
        ["add", "x", "--bearer-token-env-var", "V", "--", "cmd"],
        ["add", "x", "--env", "=1", "--", "cmd"],
        ["serve"],
    ],
)
def test_a_bad_command_line_changes_nothing(place: Place, words: list[str]) -> None:
    code, stdout, stderr = place.run("mcp", *words)
    assert (code, stdout) == (2, "")
    assert stderr.startswith("error: ")
    assert place.config == CONFIG


def test_a_token_in_the_file_is_refused_with_what_to_do(place: Place) -> None:
    (place.home / "config.toml").write_text('[mcp_servers.t]\nurl = "http://x"\nbearer_token = "secret"\n')
    text = place.refused("mcp", "remove", "t")
    assert text.startswith(f"Error: failed to load MCP servers from {place.home}\n")
    assert "mcp_servers.t uses unsupported `bearer_token`; set `bearer_token_env_var`." in text
    assert "secret" not in text


def test_login_and_logout_from_the_command_line(place: Place) -> None:
    server = OAuthPlace()
    place.environ["BROWSER"] = "no-such-browser"
    (place.home / "config.toml").write_text('mcp_oauth_credentials_store = "file"\n')
    with web_server(server) as web:
        server.url = web.url
        added = place.ok("mcp", "add", "oa", "--url", f"{web.url}/mcp").splitlines()
        assert added[0] == "Added global MCP server 'oa'."
        assert "octavo mcp login oa" in added[1]
        process = place.start("mcp", "login", "oa", "--scopes", "a,b", "--enable", "rmcp_client")
        assert process.stdout is not None
        assert process.stdout.readline() == "Authorize `oa` by opening this URL in your browser:\n"
        query = server.agree(process.stdout.readline().strip())
        assert query["scope"] == "a b"
        visit = f"{query['redirect_uri']}?{urlencode({'code': 'the-code', 'state': query['state']})}"
        with urllib.request.urlopen(visit) as answer:
            assert answer.status == 200
        stdout, stderr = process.communicate(timeout=30)
        assert (process.returncode, stderr) == (0, "")
        assert stdout.endswith("Successfully logged in to MCP server 'oa'.\n")
        assert json.loads(place.ok("mcp", "list", "--json"))[0]["auth_status"] == "o_auth"
        assert place.ok("mcp", "logout", "oa") == "Removed OAuth credentials for 'oa'.\n"
        assert place.ok("mcp", "logout", "oa") == "No OAuth credentials stored for 'oa'.\n"
        assert json.loads(place.ok("mcp", "list", "--json"))[0]["auth_status"] == "not_logged_in"
