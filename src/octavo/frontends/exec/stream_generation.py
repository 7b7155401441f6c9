"""Which generation of clients reads `exec --json` (`docs/exec.md`, "Clients of today")."""

from __future__ import annotations

from collections.abc import Mapping

from octavo.http.identity import ORIGINATOR_VARIABLE

_SDK = "codex_sdk_ts"


def reads_today(environ: Mapping[str, str], *, says_so: bool) -> bool:
    """Whether the reader knows what later releases write.

    `says_so`: the command line holds a word that only such a client says. The SDK for TypeScript may say none; the
    one of the first generation differs from it in handing on its address by `OPENAI_BASE_URL`.
    """
    is_sdk = environ.get(ORIGINATOR_VARIABLE) == _SDK and not environ.get("OPENAI_BASE_URL")
    return says_so or is_sdk
