"""What messages of all generations are made of."""

# No `from __future__ import annotations` here, for the reason given in `config.schema`.

from typing import Literal

import msgspec

AuthMode = Literal["apikey", "chatgpt"]


class Camel(msgspec.Struct, frozen=True, rename="camel"):
    """An object whose names in JSON are camel case."""


class Empty(Camel, frozen=True):
    """An answer that says only that it was done."""


class ClientInfo(Camel, frozen=True):
    """Which program is at the other end."""

    name: str
    version: str
    title: str | None = None
