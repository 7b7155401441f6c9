"""The way to other machines: who we are, the HTTP client, the login. Each is made when it is first needed."""

from __future__ import annotations

from octavo.config.config import Config
from octavo.http.identity import DEFAULT_ORIGINATOR, ClientIdentity

TYPE_CHECKING = False  # the first answer of a server need not wait for these imports
if TYPE_CHECKING:
    from octavo.auth.current import CurrentLogin
    from octavo.http.client import HttpClient


class Remote:
    """Identity, clients and login, shared by everything that one `Runtime` starts.

    With `env_key`, `CODEX_API_KEY` counts as a login.
    """

    def __init__(self, config: Config, originator: str = DEFAULT_ORIGINATOR, *, env_key: bool = False) -> None:
        self._config, self._env_key = config, env_key
        self.identity = ClientIdentity(config.environ, originator)
        self._http: HttpClient | None = None
        self._nameless_http: HttpClient | None = None
        self._auth: CurrentLogin | None = None

    @property
    def http(self) -> HttpClient:
        """The one client for requests to servers."""
        if self._http is None:
            from octavo.http.client import HttpClient

            self._http = HttpClient(self.identity, self._config.environ)
        return self._http

    @property
    def nameless_http(self) -> HttpClient:
        """A client that does not say who we are, for servers that are told by hand or not at all."""
        if self._nameless_http is None:
            from octavo.http.client import HttpClient

            self._nameless_http = HttpClient(None, self._config.environ)
        return self._nameless_http

    @property
    def auth(self) -> CurrentLogin:
        """The login in force."""
        if self._auth is None:
            from octavo.auth.current import CurrentLogin

            config, environ = self._config, self._config.environ
            store = config.cli_auth_credentials_store
            self._auth = CurrentLogin(config.codex_home, self.http, environ, store, allow_env_key=self._env_key)
        return self._auth

    async def aclose(self) -> None:
        """Close what was opened."""
        for http in (self._http, self._nameless_http):
            if http is not None:
                await http.aclose()
