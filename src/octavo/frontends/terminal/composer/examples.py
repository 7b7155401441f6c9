"""What an empty composer suggests, one of these for a session."""

from __future__ import annotations

EXAMPLES = (
    "Explain how this code base is built",
    "Summarise the commits of last week",
    "Implement what {feature} describes",
    "Find and fix a bug in {file}",
    "Write tests for {file}",
    "Improve the documentation of {file}",
)


def example(number: int) -> str:
    """One of them for any number, such as the time or the process's own."""
    return EXAMPLES[number % len(EXAMPLES)]
