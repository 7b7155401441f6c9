"""What all conversations of a server share to reach other machines: who we are, the HTTP client, the login."""

from __future__ import annotations

from octavo.config.config import Config
from octavo.http.identity import ClientIdentity

TYPE_CHECKING = False  # made when first needed: the first answer need not wait for their imports
if TYPE_CHECKING:
    from octavo.auth.current import CurrentLogin
    from octavo.http.client import HttpClient


class Remote:
    """The client and the login of one process; `config` is the one that it started with."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self.identity = ClientIdentity(config.environ)
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
        """The login in force: only a stored one counts here."""
        if self._auth is None:
            from octavo.auth.current import CurrentLogin

            config = self._config
            store = config.cli_auth_credentials_store
            self._auth = CurrentLogin(config.codex_home, self.http, config.environ, store)
        return self._auth

    async def aclose(self) -> None:
        """Close what was opened."""
        for http in (self._http, self._nameless_http):
            if http is not None:
                await http.aclose()
