"""Spans of time as people write them."""

from timespan.format import format_span
from timespan.parse import parse_span

__all__ = ["format_span", "parse_span"]
