"""How a model call fails, and what the user reads then (`docs/models.md`).

`retryable` says whether the whole call may be tried again; `delay` is the wait
in seconds that the server asked for before that.
"""

from __future__ import annotations

from octavo.errors import OctavoError
from octavo.protocol.usage import RateLimitSnapshot, TokenUsage


class ModelError(OctavoError):
    """A model call failed. The text is what the `error` event says."""

    retryable = True
    delay: float | None = None


class StreamBroken(ModelError):
    """The answer broke off, or told of a failure; `reason` is the part after the fixed words."""

    def __init__(self, reason: str, delay: float | None = None) -> None:
        super().__init__(f"stream disconnected before completion: {reason}")
        self.reason, self.delay = reason, delay


class EmptyAnswer(StreamBroken):
    """The answer is over and holds neither text nor a call; `reason` says why, where the server did."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(f"the answer holds neither text nor a call{reason and f' (`{reason}`)'}")


class FinalModelError(ModelError):
    """Trying again cannot help."""

    retryable = False


class ContextWindowExceeded(FinalModelError):
    """The request does not fit the model's window."""

    def __init__(self) -> None:
        super().__init__(
            "Codex ran out of room in the model's context window. "
            "Start a new conversation or clear earlier history before retrying."
        )


class UsageLimitReached(FinalModelError):
    """The plan's limit is used up; `rate_limits` is what the refusing answer told."""

    def __init__(self, text: str, rate_limits: RateLimitSnapshot) -> None:
        super().__init__(text)
        self.rate_limits = rate_limits


class AnswerIncomplete(FinalModelError):
    """A limit of length or content ended the answer: what came counts, what it calls is not run.

    `reason` is the server's word for the limit; `usage` is what the answer cost, if it was told.
    """

    def __init__(self, reason: str, usage: TokenUsage | None = None) -> None:
        super().__init__(f"the model's answer is incomplete: {reason or 'no reason given'}")
        self.reason, self.usage = reason, usage


# --- what a backend may raise: these three and nothing else -----------------------------


class RetryableHttp(OctavoError):
    """The server refused for now: `status`, the wait it asked for in seconds, its request id, and its words."""

    def __init__(self, status: int, delay: float | None = None, request_id: str | None = None, words: str = "") -> None:
        super().__init__(f"status {status}")
        self.status, self.delay, self.request_id, self.words = status, delay, request_id, words


class RetryableTransport(OctavoError):
    """No answer came: name, connection, TLS or the like; the text is the cause."""


class FatalModelError(OctavoError):
    """The attempt failed in a way that other attempts of the same call cannot mend."""

    def __init__(self, error: ModelError) -> None:
        super().__init__(str(error))
        self.error = error
