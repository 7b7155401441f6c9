"""Tools from MCP servers: starting them, asking them, logging in to them (`docs/mcp.md`).

The protocol is the official `mcp` package's. It takes most of a second to import, so
only `client`, `http_transport`, `stdio_transport` and `token_auth` import it, and nobody
imports those before a server is to be started.
"""
