"""`octavo mcp-server`: conversations as the tools of an MCP server (`docs/mcp-server.md`)."""
