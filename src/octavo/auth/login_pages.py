"""What the browser shows while somebody logs in (`docs/login.md`).

The pages load nothing and run no script: the server that gave them is gone a moment later.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from octavo.auth.login_exchange import PLATFORM, PLATFORM_OF_OTHER_ISSUERS
from octavo.auth.login_flow import form

_SETUP_AFTER_SECONDS = 3

_STYLE = """
:root { color-scheme: light dark; --ink: #1c1e21; --soft: #5f6672; --ground: #f4f5f7; --card: #fff; --line: #dfe2e8 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #eceef2; --soft: #a3aab8; --ground: #15171b; --card: #1f2228; --line: #343943 }
}
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { box-sizing: border-box; width: min(27rem, 92vw); padding: 2.5rem 2rem; text-align: center;
  background: var(--card); border: 1px solid var(--line); border-radius: 14px }
.mark { width: 3rem; height: 3rem; margin: 0 auto 1rem; border-radius: 50%; display: grid; place-items: center;
  color: #fff; font-size: 1.5rem }
.good { background: #1a7f4b } .bad { background: #b3261e }
h1 { margin: 0 0 .5rem; font-size: 1.35rem } p { margin: .25rem 0; color: var(--soft); overflow-wrap: anywhere }
a { color: inherit }
.left::after { content: "3"; animation: left 3s forwards }
@keyframes left { 0% { content: "3" } 34% { content: "2" } 67% { content: "1" } 100% { content: "0" } }
"""


def success_page(query: Mapping[str, str]) -> str:
    """The page at the end of a login; it leads on to the set-up of an account that needs one."""
    target = _setup_address(query)
    if target is None:
        return _page("Signed in to Octavo", "good", "✓", "<p>You may close this page and go back to your terminal.</p>")
    link = escape(target, quote=True)
    text = (
        "<p>Your API organization has to be set up first.</p>"
        f'<p>You will be taken there in <span class="left"></span> s, or <a href="{link}">go there now</a>.</p>'
    )
    refresh = f'<meta http-equiv="refresh" content="{_SETUP_AFTER_SECONDS};url={link}">'
    return _page("Signed in to Octavo", "good", "✓", text, refresh)


def refusal_page(reason: str) -> str:
    """The page for anything that went wrong, with the reason in one line."""
    text = f"<p>{escape(reason)}</p><p>Go back to your terminal to try again.</p>"
    return _page("Not signed in", "bad", "!", text)


def _setup_address(query: Mapping[str, str]) -> str | None:
    """Where to go on. Only to the two known places: anybody can make up a query."""
    platform = query.get("platform_url", "")
    if query.get("needs_setup") != "true" or platform not in (PLATFORM, PLATFORM_OF_OTHER_ISSUERS):
        return None
    fields = {
        "p": query.get("plan_type", ""),
        "t": query.get("id_token", ""),
        "with_org": query.get("org_id", ""),
        "project_id": query.get("project_id", ""),
    }
    return f"{platform}/org-setup?{form(fields)}"


def _page(title: str, kind: str, mark: str, text: str, head: str = "") -> str:
    symbol = f'<div class="mark {kind}" aria-hidden="true">{mark}</div>'
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,">{head}<title>{title}</title><style>{_STYLE}</style></head>\n'
        f"<body><main>{symbol}<h1>{title}</h1>{text}</main></body></html>\n"
    )
