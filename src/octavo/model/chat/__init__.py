"""The Chat Completions wire: payload, messages, stream and backend (`docs/models.md`)."""
