"""What the screens before a session ask for: the login, trust in the folder and updates."""

from __future__ import annotations

import msgspec


class SignIn(msgspec.Struct, frozen=True):
    """Start the login in the browser; the answers are `SignInStep.waits_at`, `signed_in` and `failed`."""


class CancelSignIn(msgspec.Struct, frozen=True):
    """Give the login in the browser up."""


class SaveKey(msgspec.Struct, frozen=True):
    """Store this API key; the answer is `SignInStep.signed_in` or `failed`."""

    key: str

    def __repr__(self) -> str:
        return "SaveKey()"


class LogOut(msgspec.Struct, frozen=True):
    """Remove the stored login and leave."""


class AnswerTrust(msgspec.Struct, frozen=True):
    """Whether the user trusts the folder; yes is recorded, no is not."""

    trusted: bool


class RunUpdate(msgspec.Struct, frozen=True):
    """Leave, then run the update command."""


class DismissUpdate(msgspec.Struct, frozen=True):
    """Do not ask about this version again."""

    version: str
