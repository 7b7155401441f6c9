"""How long something took, for people (`docs/exec.md`, "Human output")."""

from __future__ import annotations

from octavo.protocol.events import Duration


def elapsed(duration: Duration) -> str:
    """`250ms` below a second, `1.50s` below a minute, else `1m 15s`."""
    milliseconds = duration.secs * 1000 + duration.nanos // 1_000_000
    if milliseconds < 1000:
        return f"{milliseconds}ms"
    if milliseconds < 60_000:
        # Whole hundredths, rounded half to even as the rest of the world's Codex does.
        return f"{milliseconds / 1000:.2f}s"
    minutes, seconds = divmod(milliseconds // 1000, 60)
    return f"{minutes}m {seconds:02}s"
