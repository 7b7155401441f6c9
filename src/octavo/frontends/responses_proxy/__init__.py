"""A local server that puts an API key on requests of programs which must not see it (`docs/responses-proxy.md`)."""
