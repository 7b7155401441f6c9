"""The declarations of commands that only programs call: hidden from help, completed by shells."""

from __future__ import annotations

from octavo.cli.words.spec import Command, Option, Positional

RESPONSES_API_PROXY = Command(
    "responses-api-proxy",
    "Forward requests of local programs to the Responses API with a key that they do not see",
    run="octavo.cli.responses_api_proxy:run",
    options=(
        Option("--port", value="PORT", about="The port to listen on; a free one if not given"),
        Option("--server-info", value="FILE", path=True, about="A file to write port and process id to, as JSON"),
        Option("--http-shutdown", about="Let GET /shutdown end the server"),
    ),
    hidden=True,
)

STDIO_TO_UDS = Command(
    "stdio-to-uds",
    "Connect stdin and stdout to a Unix socket",
    run="octavo.cli.stdio_to_uds:run",
    positionals=(Positional("SOCKET_PATH", "The socket to connect to", required=True),),
    hidden=True,
)
