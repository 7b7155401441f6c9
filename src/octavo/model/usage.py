"""Token usage as a Responses answer tells it (`docs/models.md`)."""

from __future__ import annotations

import msgspec

from octavo.protocol.usage import TokenUsage


class _InputDetails(msgspec.Struct, frozen=True):
    cached_tokens: int


class _OutputDetails(msgspec.Struct, frozen=True):
    reasoning_tokens: int


class ResponsesUsage(msgspec.Struct, frozen=True):
    """`response.usage`; the totals are required, the details are not."""

    input_tokens: int
    output_tokens: int
    total_tokens: int
    input_tokens_details: _InputDetails | None = None
    output_tokens_details: _OutputDetails | None = None

    def to_usage(self) -> TokenUsage:
        """The record that is added up and shown."""
        return TokenUsage(
            input_tokens=self.input_tokens,
            cached_input_tokens=self.input_tokens_details.cached_tokens if self.input_tokens_details else 0,
            output_tokens=self.output_tokens,
            reasoning_output_tokens=self.output_tokens_details.reasoning_tokens if self.output_tokens_details else 0,
            total_tokens=self.total_tokens,
        )
