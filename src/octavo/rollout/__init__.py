"""Saved sessions: record, read, list, find, archive, fork; and the message history (`docs/rollouts.md`)."""
