"""`octavo features list`."""

from __future__ import annotations

import sys

from octavo.cli import start
from octavo.cli.words.invocation import Invocation
from octavo.config.features import STAGES
from octavo.config.load import ConfigFlags


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
