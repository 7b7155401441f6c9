"""`octavo features`: which there are, and switching them in `config.toml`."""

from __future__ import annotations

import os
import sys

from octavo.cli import start
from octavo.cli.visible import with_tilde
from octavo.cli.words.invocation import Invocation
from octavo.config.edit import save_feature
from octavo.config.features import STAGES, canonical_feature
from octavo.config.home import find_home
from octavo.config.layers import CONFIG_FILE
from octavo.config.load import ConfigFlags
from octavo.config.overrides import meaningless_features


def list_features(invocation: Invocation) -> int:
    """Name, stage and effective state of each feature, separated by tabs.

    Unlike all other commands it minds the profile and `--search` given before it.
    """
    root = invocation.levels[0]
    flags = ConfigFlags(profile=root.text("profile"), web_search=root.has("search") or None)
    config = start.load(start.overrides(invocation, start.PLAIN), flags, start.PLAIN)
    for name, stage in STAGES.items():
        state = "true" if getattr(config.features, name) else "false"
        sys.stdout.write(f"{name}\t{stage}\t{state}\n")
    return 0


def enable(invocation: Invocation) -> int:
    """Switch the feature on in the user's file."""
    return _switch(invocation, True)


def disable(invocation: Invocation) -> int:
    """Switch the feature off in the user's file."""
    return _switch(invocation, False)


def _switch(invocation: Invocation, value: bool) -> int:
    start.overrides(invocation, start.PLAIN)  # bad ones come first, as everywhere
    name = invocation.last.text("FEATURE") or ""
    if canonical_feature(name) is None:
        for later in meaningless_features([name]):
            start.warn(f"Warning: the feature `{later}` is one of later releases and means nothing here")
    home = find_home(os.environ)
    save_feature(home, name, value)
    sys.stdout.write(
        f"{'Enabled' if value else 'Disabled'} `{name}` in {with_tilde(os.path.join(home, CONFIG_FILE))}\n"
    )
    return 0
