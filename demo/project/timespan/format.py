"""From seconds to text."""

from timespan.parse import UNITS


def format_span(seconds: int) -> str:
    """The shortest text for a number of seconds, largest unit first."""
    parts = []
    for unit, size in UNITS.items():
        count, seconds = divmod(seconds, size)
        if count > 1:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"
