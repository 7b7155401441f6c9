"""`octavo config show`: the settings in force, who decided each, and keys that mean nothing (`docs/config.md`)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from octavo.cli import start
from octavo.cli.visible import with_tilde
from octavo.cli.words.invocation import Invocation
from octavo.cli.words.stop import Stop
from octavo.config.explain import Explanation, explain_config
from octavo.config.home import find_home
from octavo.config.load import ConfigFlags, ConfigSources
from octavo.errors import ConfigError
from octavo.protocol.json_text import encode_json, readable_json

_WIDEST_KEY, _WIDEST_VALUE = 50, 60


def show(invocation: Invocation) -> int:
    """Print them; secrets are masked."""
    given = invocation.last
    explanation = _explanation(invocation)
    settings = [one for one in explanation.settings if not given.has("changed") or one.layer != "default"]
    if given.has("json"):
        shown = {
            "settings": [{"key": one.path, "value": one.value, "layer": one.layer} for one in settings],
            "unknown": [{"key": one.path, "layer": one.layer, "nearest": one.nearest} for one in explanation.unknown],
        }
        sys.stdout.write(readable_json(shown))
        return 0
    rows = [(one.path, _shown(one.value), with_tilde(one.layer)) for one in settings]
    for line in (*_table(rows), *_unknown_lines(explanation)):
        sys.stdout.write(line + "\n")
    return 0


def _shown(value: object) -> str:
    return "-" if value is None else encode_json(value).decode()


def _explanation(invocation: Invocation) -> Explanation:
    """What is in force, with the profile given here or before the command. Raises `Stop`."""
    profile = next((text for level in reversed(invocation.levels) if (text := level.text("profile"))), None)
    overrides = start.overrides(invocation, start.PLAIN)
    try:
        environ = dict(os.environ)
        flags = ConfigFlags(profile=profile)
        sources = ConfigSources(find_home(environ), start.working_directory(), environ, overrides, flags)
        return explain_config(sources)
    except ConfigError as error:
        raise Stop(1, start.PLAIN.config.format(error) + "\n") from None


def _table(rows: list[tuple[str, str, str]]) -> Iterator[str]:
    key_width = min(max((len(key) for key, _, _ in rows), default=0), _WIDEST_KEY)
    value_width = min(max((len(value) for _, value, _ in rows), default=0), _WIDEST_VALUE)
    for key, value, layer in rows:
        yield f"{key:{key_width}}  {value:{value_width}}  {layer}"


def _unknown_lines(explanation: Explanation) -> Iterator[str]:
    if not explanation.unknown:
        return
    yield ""
    yield "These keys mean nothing:"
    for one in explanation.unknown:
        hint = f"; did you mean {one.nearest}?" if one.nearest else ""
        yield f"  {one.path}  in {with_tilde(one.layer)}{hint}"
