"""An MCP server that wants a login, and the place where one logs in, in one."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

from web_server import Answer, Asked, Json, json_answer, mcp_over_http


class OAuthPlace:
    """Hands out `AT1`, then `AT2`, …; only the newest token is good."""

    def __init__(self) -> None:
        self.url = ""
        self.tokens = 0
        self.challenges: dict[str, str] = {}
        self.refuses_refresh = False

    @property
    def token(self) -> str:
        return f"AT{self.tokens}"

    def __call__(self, asked: Asked) -> Answer:
        path = urlsplit(asked.path).path
        match path:
            case "/.well-known/oauth-authorization-server/mcp":
                places = {"authorization": "authorize", "token": "token", "registration": "register"}
                return json_answer({f"{name}_endpoint": f"{self.url}/{place}" for name, place in places.items()})
            case "/register":
                return json_answer({"client_id": "cid1", **asked.message}, 201)
            case "/token":
                return self._token({key: values[0] for key, values in parse_qs(asked.body.decode()).items()})
            case "/mcp" if asked.headers.get("authorization") == f"Bearer {self.token}":
                return mcp_over_http(asked)
            case "/mcp":
                return Answer(401, b"", (("WWW-Authenticate", "Bearer"),))
            case _:
                return Answer(404)

    def _token(self, form: Json) -> Answer:
        if form["grant_type"] == "refresh_token" and (self.refuses_refresh or form["refresh_token"] != "RT1"):
            return json_answer({"error": "invalid_grant", "error_description": "no more"}, 400)
        if form["grant_type"] == "authorization_code":
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != self.challenges.pop(form["code"], ""):
                return json_answer({"error": "invalid_grant"}, 400)
        self.tokens += 1
        refresh = {"refresh_token": "RT1"} if self.tokens == 1 else {}
        return json_answer({"access_token": self.token, "token_type": "bearer", "expires_in": 3600, **refresh})

    def agree(self, address: str) -> Json:
        """What the browser is asked, remembered for the code that it will bring back."""
        query = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
        self.challenges["the-code"] = query["code_challenge"]
        return query
