"""Who is logged in, and logins."""

from __future__ import annotations

from typing import Literal

from octavo.frontends.app_server.shapes import AuthMode, Camel
from octavo.frontends.app_server.v2.types.values import Variant


class AccountReadParams(Camel, frozen=True):
    """Whether the token is to be made new first."""

    refresh_token: bool | None = None


class ApiKeyAccount(Variant, frozen=True, kw_only=True, tag="apiKey"):
    """A key is in force."""


class ChatGptAccount(Variant, frozen=True, kw_only=True, tag="chatgpt"):
    """A ChatGPT login is in force."""

    email: str | None
    plan_type: str


class AccountReadResponse(Camel, frozen=True):
    """Who is logged in, if the provider needs somebody to be."""

    account: ApiKeyAccount | ChatGptAccount | None
    requires_openai_auth: bool


class ApiKeyLogin(Variant, frozen=True, kw_only=True, tag="apiKey"):
    """A key to store."""

    api_key: str


class ChatGptLogin(Variant, frozen=True, kw_only=True, tag="chatgpt"):
    """A login in the browser."""


class DeviceCodeLogin(Variant, frozen=True, kw_only=True, tag="chatgptDeviceCode"):
    """A login with a code that the user types elsewhere."""


Login = ApiKeyLogin | ChatGptLogin | DeviceCodeLogin


class LoginApiKeyResponse(Variant, frozen=True, kw_only=True, tag="apiKey"):
    """The key is stored."""


class LoginChatGptResponse(Variant, frozen=True, kw_only=True, tag="chatgpt"):
    """The address for the browser."""

    login_id: str
    auth_url: str


class LoginDeviceCodeResponse(Variant, frozen=True, kw_only=True, tag="chatgptDeviceCode"):
    """Where the user types which code."""

    login_id: str
    verification_url: str
    user_code: str


LoginResponse = LoginApiKeyResponse | LoginChatGptResponse | LoginDeviceCodeResponse


class LoginCancelParams(Camel, frozen=True):
    """Which login is given up."""

    login_id: str


class LoginCancelResponse(Camel, frozen=True):
    """Whether there was such a login."""

    status: Literal["canceled", "notFound"]


class AccountUpdated(Camel, frozen=True):
    """Another login is in force."""

    auth_mode: AuthMode | None
    plan_type: str | None = None


class LoginCompleted(Camel, frozen=True):
    """A login is over."""

    success: bool
    login_id: str | None = None
    error: str | None = None
