"""The declarations of `octavo mcp` (`docs/mcp.md`)."""

from __future__ import annotations

from octavo.cli.words.spec import Command, Option, Positional

_JSON = (Option("--json", about="As JSON"),)


NOT_FOR_OAUTH = ("oauth-client-id", "oauth-client-secret", "oauth-client-registration", "oauth-resource")
"""Options of later releases: here a client registers itself with the server."""


def _name(about: str) -> Positional:
    return Positional("NAME", about, required=True)


MCP = Command(
    "mcp",
    "Manage the MCP servers in config.toml",
    commands=(
        Command("list", "Show all servers", run="octavo.cli.mcp.show:list_servers", options=_JSON),
        Command(
            "get",
            "Show one server",
            run="octavo.cli.mcp.show:get_server",
            options=_JSON,
            positionals=(_name("The server"),),
        ),
        Command(
            "add",
            "Add a server, or replace the one of that name",
            run="octavo.cli.mcp.edit:add_server",
            options=(
                Option("--env", value="KEY=VALUE", repeat=True, about="A variable for the server's process"),
                Option("--url", value="URL", about="Where a server is that is reached over HTTP"),
                Option("--bearer-token-env-var", value="ENV_VAR", about="The variable that holds its token"),
                *(Option(f"--{name}", value="VALUE", hidden=True, about="Without effect") for name in NOT_FOR_OAUTH),
            ),
            positionals=(
                _name("Letters, numbers, - and _"),
                Positional("COMMAND", "The program of a server and its arguments, taken as they are", rest=True),
            ),
            examples=(
                ("octavo mcp add files -- npx -y @modelcontextprotocol/server-filesystem ~/notes", "a program"),
                ("octavo mcp add docs --url https://example.com/mcp", "a server on the network"),
            ),
        ),
        Command(
            "remove", "Remove a server", run="octavo.cli.mcp.edit:remove_server", positionals=(_name("The server"),)
        ),
        Command(
            "login",
            "Log in to a server in the browser",
            run="octavo.cli.mcp.login:login",
            options=(
                Option("--scopes", value="SCOPE,SCOPE", repeat=True, about="What to ask for, separated by commas"),
            ),
            positionals=(_name("The server"),),
        ),
        Command("logout", "Forget a login", run="octavo.cli.mcp.login:logout", positionals=(_name("The server"),)),
    ),
    examples=(("octavo mcp list", "which servers there are, and whether one is logged in"),),
)
