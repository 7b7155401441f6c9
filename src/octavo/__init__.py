"""Octavo: the Codex coding agent, in Python."""

__version__ = "0.1.0"
