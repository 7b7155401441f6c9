"""From text to seconds."""

import re

UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
PART = re.compile(r"(\d+)\s*([dhms])")


def parse_span(text: str) -> int:
    """The seconds in a text such as `1h 30m`. Raises ValueError for anything else."""
    seconds = 0
    rest = text.strip()
    while rest:
        part = PART.match(rest)
        if part is None:
            raise ValueError(f"not a span of time: {text!r}")
        seconds += int(part[1]) * UNITS[part[2]]
        rest = rest[part.end() :].lstrip()
    return seconds
