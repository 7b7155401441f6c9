"""Why a model stopped, in the many spellings of the servers (`docs/local-models.md`)."""

from __future__ import annotations

from typing import Literal

Ending = Literal["whole", "limited", "failed"]

_NO_REASON = frozenset(("", "null", "none", "undefined", "nil"))
_LIMITS = frozenset(
    (
        # of length
        *("length", "max_tokens", "max_output_tokens", "max_completion_tokens", "max_length", "model_length"),
        *("token_limit", "context_length", "context_length_exceeded", "model_context_window_exceeded", "incomplete"),
        # of content
        *("content_filter", "content_filtered", "content_policy", "safety", "recitation", "blocklist", "spii"),
        *("language", "prohibited_content", "image_safety", "refusal", "sensitive", "guardrail_intervened"),
        "model_armor",
    )
)
_FAILURES = frozenset(
    (
        *("error", "failed", "network_error", "server_error", "insufficient_system_resource"),
        *("abort", "aborted", "cancelled", "canceled", "malformed_function_call"),
    )
)


def said_reason(value: object) -> str | None:
    """The reason if the server said one: some write an empty text or `null` in quotes on every chunk."""
    return value.strip() if isinstance(value, str) and value.strip().lower() not in _NO_REASON else None


def ending_of(reason: str) -> Ending:
    """What a reason means: whole; cut by a limit of length or content; or failed. An unknown one means whole."""
    name = reason.lower().replace("-", "_").removeprefix("finish_reason_")
    if name in _LIMITS:
        return "limited"
    return "failed" if name in _FAILURES else "whole"
