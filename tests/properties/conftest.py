"""How the properties are searched: the same examples in every run, many more of them in the long one."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "octavo",
    max_examples=20_000 if os.environ.get("OCTAVO_SOAK") else 300,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("octavo")
