"""Saved sessions as texts to read and to keep: Markdown, plain text, HTML and JSON (`docs/sessions.md`)."""
