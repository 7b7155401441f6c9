"""Takes credentials out of text before it is logged (`docs/logs.md`).

Loggers should not be given secrets in the first place. This is for texts whose content
nobody here decides: bodies of requests, output of servers, causes of errors.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping

MASK = "*****"

_NAMES = (
    "access_token|refresh_token|id_token|subject_token|bearer_token|experimental_bearer_token|session_token|auth_token|"
    "authorization_code|code_verifier|device_auth_id|user_?code|client_secret|private_key|"
    "[a-z0-9_-]*api[_-]?key|authorization|proxy-authorization|password|passwd|secret|secret_key|(?:set-)?cookie"
)
_FIELD_SIGNS = ("token", "code_verifier", "user_code", "usercode", "secret", "key", "auth", "passw", "cookie")
"""Each of the names has one of these."""
_SECRET_VARIABLE = ("KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL")
_SHORTEST_VALUE = 8
"""Shorter values of variables are left alone: masking `1` everywhere would make every line unreadable."""


def redact(text: str) -> str:
    """The text with `*****` in place of what looks like a credential: by its field's name, or by its own form."""
    folded = _folded(text)
    for signs, pattern, replacement in _patterns():
        if any(sign in folded for sign in signs):
            text = pattern.sub(replacement, text)
    return text


def secret_values(environ: Mapping[str, str]) -> frozenset[str]:
    """The values of variables that are named like secrets; addresses are none (`…_TOKEN_URL`)."""
    return frozenset(
        value
        for name, value in environ.items()
        if len(value) >= _SHORTEST_VALUE
        and any(word in name.upper() for word in _SECRET_VARIABLE)
        and not value.startswith(("http://", "https://"))
    )


def redaction(environ: Mapping[str, str]) -> Callable[[str], str]:
    """Like `redact`, which also knows the values of variables that are named like secrets."""
    secrets = sorted(secret_values(environ), key=len, reverse=True)  # a longer one may hold a shorter one

    def without_secrets(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, MASK)
        return redact(text)

    return without_secrets


def _folded(text: str) -> str:
    """The text in small letters, as far as a pattern that ignores case takes others for them: `ı` and `ſ` too."""
    return text.lower() if text.isascii() else text.casefold().replace("ı", "i")


@functools.cache
def _patterns() -> tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...]:
    """What credentials look like, and small letters of which a text with one has some: most texts have none."""
    # Compiled on first use: most runs log nothing. A text may have been cut inside of a value's quotes.
    field = (
        rf"""((?:\\?["'])?(?<![a-z0-9_-])(?:{_NAMES})(?:\\?["'])?\s*[:=]\s*)"""
        r"""(?:(?:bearer|basic)\s+)?(?:\\"(?:[^\\]|\\[^"])*(?:\\"|\\?\Z)|"(?:[^"\\]|\\.)*(?:"|\\?\Z)|'[^']*(?:'|\Z)|[^\s&,;}"'\\]+)"""
    )
    return (
        (("bearer", "basic"), re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{6,}", re.IGNORECASE), rf"\1 {MASK}"),
        (_FIELD_SIGNS, re.compile(field, re.IGNORECASE), rf"\1{MASK}"),
        (("code=", "state="), re.compile(r"(?<=[&?])(code|state)=[^&\s\"']+"), rf"\1={MASK}"),
        (("eyj",), re.compile(r"\beyJ[\w-]{4,}\.[\w-]+\.[\w-]*"), MASK),
        (
            ("sk-", "rk-", "pk-", "gho_", "ghp_", "ghs_", "ghu_", "ghr_", "github_pat_"),
            re.compile(r"\b(?:sk|rk|pk)-[\w-]{8,}|\bgh[opsur]_\w{16,}|\bgithub_pat_\w{16,}"),
            MASK,
        ),
        (
            ("xox", "akia", "aiza"),
            re.compile(r"\bxox[abprs]-[\w-]{8,}|\bAKIA[0-9A-Z]{12,}|\bAIza[\w-]{20,}"),
            MASK,
        ),
        (("://",), re.compile(r"(?<=://)[^/\s@:\"']+:[^/\s@\"']+(?=@)"), MASK),
    )
