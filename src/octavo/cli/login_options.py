"""The declarations of `octavo login` and `octavo logout` (`docs/login.md`)."""

from __future__ import annotations

from octavo.cli.words.spec import Command, Option

LOGIN = Command(
    "login",
    "Log in, with a ChatGPT account or an API key",
    run="octavo.cli.login:login",
    options=(
        Option("--with-api-key", about="Read an API key from stdin"),
        Option("--device-auth", about="Log in with a code that is typed in a browser elsewhere"),
        Option("--with-access-token", about="Read an access token of ChatGPT from stdin"),
        Option("--api-key", value="API_KEY", hidden=True, about="No longer taken: pipe the key instead"),
        Option("--experimental_issuer", value="URL", hidden=True, about="Another login server, for --device-auth"),
        Option("--experimental_client-id", value="CLIENT_ID", hidden=True, about="Another client, for --device-auth"),
    ),
    commands=(
        Command(
            "status",
            "Say how you are logged in; exit code 1 if you are not",
            run="octavo.cli.login_status:status",
        ),
    ),
    examples=(
        ("octavo login", "opens a browser"),
        ("printenv OPENAI_API_KEY | octavo login --with-api-key", "with an API key"),
        ("octavo login --device-auth", "on a machine without a browser"),
        ("octavo login status", "for scripts"),
    ),
)

LOGOUT = Command("logout", "Forget the stored login", run="octavo.cli.login_status:logout")
