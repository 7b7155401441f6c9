"""Talking to a model: payloads, retries, and the backends that answer."""
