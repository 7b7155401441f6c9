"""What users read when a model call fails for good (`docs/models.md`).

Scripts match on these texts. Times are local, in English whatever the locale.
"""

from __future__ import annotations

import time

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

HIGH_DEMAND = "We're currently experiencing high demand, which may cause temporary errors."
NOT_INCLUDED = "To use Codex with your ChatGPT plan, upgrade to Plus: https://openai.com/chatgpt/pricing."

_CREDITS = "visit chatgpt.com/codex/settings/usage to purchase more credits"


def usage_limit_text(plan: str | None, resets_at: int | None, now: float) -> str:
    """The text for a used-up limit: what the plan's users can do, and when to try again.

    `resets_at` and `now` are Unix seconds; the time is shown without its day if that is today.
    """
    when = "later" if resets_at is None else f"at {local_time(resets_at, now)}"
    hit = "You've hit your usage limit."
    if plan == "plus":
        return f"{hit} Upgrade to Pro (https://openai.com/chatgpt/pricing), {_CREDITS} or try again {when}."
    if plan == "pro":
        return f"{hit} V{_CREDITS[1:]} or try again {when}."
    if plan in ("team", "business"):
        return f"{hit} To get more access now, send a request to your admin or try again {when}."
    if plan == "free":
        return f"{hit} Upgrade to Plus to continue using Codex (https://openai.com/chatgpt/pricing)."
    return f"{hit} Try again {when}."


def local_time(moment: int, now: float) -> str:
    """`1:27 PM`, or with the day `Jan 1st, 2024 12:00 AM` if that is not the day of `now`."""
    try:
        then, today = time.localtime(moment), time.localtime(now)
    except (OverflowError, ValueError, OSError):
        return f"{moment} seconds after 1970"  # farther away than calendars of this system reach
    clock = f"{then.tm_hour % 12 or 12}:{then.tm_min:02} {'AM' if then.tm_hour < 12 else 'PM'}"
    if then[:3] == today[:3]:
        return clock
    return f"{_MONTHS[then.tm_mon - 1]} {_ordinal(then.tm_mday)}, {then.tm_year} {clock}"


def _ordinal(day: int) -> str:
    if 11 <= day <= 13:
        return f"{day}th"
    return f"{day}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th') }"


def retries_used_up(status_text: str, request_id: str | None, words: str = "") -> str:
    """The text after the last attempt: the server's id of the request if it gave one, then what it said."""
    text = f"exceeded retry limit, last status: {status_text}"
    if request_id:
        text += f", request id: {request_id}"
    return f"{text}: {words}" if words else text
