"""JSON-RPC as lines on stdin and stdout, for the servers that speak it (`docs/app-server.md`)."""
