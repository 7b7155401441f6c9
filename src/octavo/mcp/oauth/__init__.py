"""Logging in to MCP servers, and what is kept of it (`docs/mcp.md`)."""
