"""`--oss` with LM Studio: does its server run, and has it the model (`docs/exec.md`, "Local models").

Nothing is fetched: its program does that, and loads a model when it is first asked.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from octavo.http.client import HttpClient
from octavo.http.urls import InvalidUrl
from octavo.http.wire import TransportError
from octavo.model.ollama import OllamaError

_CONNECT_S = 5.0
_NO_SERVER = "LM Studio does not answer. Start its server with: `lms server start`"


class _Model(msgspec.Struct):
    id: str


class _Models(msgspec.Struct):
    data: list[_Model]


async def check_lm_studio(base_url: str, model: str, environ: Mapping[str, str]) -> None:
    """Return when the server at `base_url` runs and has `model`. Raises `OllamaError`."""
    http = HttpClient(None, environ)
    try:
        answer = await http.request("GET", base_url.rstrip("/") + "/models", connect_timeout=_CONNECT_S)
        if not answer.is_success:
            raise OllamaError(_NO_SERVER)
        names = [one.id for one in msgspec.json.decode(answer.body, type=_Models).data]
    except (TransportError, InvalidUrl, msgspec.DecodeError, UnicodeDecodeError):
        raise OllamaError(_NO_SERVER) from None
    finally:
        await http.aclose()
    if model not in names:
        raise OllamaError(f"LM Studio has no model {model}. Fetch it with: `lms get {model}`")
