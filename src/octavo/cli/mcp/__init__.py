"""`octavo mcp`: the servers in `config.toml`, shown, added, removed and logged in to (`docs/mcp.md`)."""
