"""Text of others, and times, in a form that people read: no control character is left in it."""

from __future__ import annotations

_SHOWN = {code: "\ufffd" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"} | {13: None}


def visible(text: str) -> str:
    """The text without what a terminal would obey: what models and commands wrote must not move the cursor."""
    return text.translate(_SHOWN)


def one_line(text: str) -> str:
    """The text in one line: breaks and runs of white space become one space."""
    return visible(" ".join(text.split()))


def local_time(utc: str) -> str:
    """A time of a saved session in the user's zone, to the minute; as it is where it makes no sense."""
    import calendar
    import time

    try:
        return time.strftime(
            "%Y-%m-%d %H:%M", time.localtime(calendar.timegm(time.strptime(utc[:19], "%Y-%m-%dT%H:%M:%S")))
        )
    except ValueError:
        return one_line(utc)
