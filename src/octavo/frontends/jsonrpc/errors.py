"""Errors that answer a request, with the codes of JSON-RPC (`docs/app-server.md`, "Errors")."""

from __future__ import annotations

from octavo.errors import OctavoError

INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603


class RequestError(OctavoError):
    """The request cannot be served; the text goes to the client, and `data` to its program."""

    def __init__(self, code: int, message: str, data: object = None) -> None:
        super().__init__(message)
        self.code, self.data = code, data


def refused(message: str, data: object = None) -> RequestError:
    """What the client asked for makes no sense, or not now."""
    return RequestError(INVALID_REQUEST, message, data)


def bad_params(message: str) -> RequestError:
    """What the client sent along with its request makes no sense."""
    return RequestError(INVALID_PARAMS, message)


def failed(message: str) -> RequestError:
    """What the client asked for did not work."""
    return RequestError(INTERNAL_ERROR, message)
