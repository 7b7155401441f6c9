"""The one HTTP client: identity headers, logging, proxies, TLS, redirects (`docs/models.md`)."""
