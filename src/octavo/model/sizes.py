"""How much models can read and write, in tokens (`docs/models.md`).

Unlike families, sizes belong to exact names, but for the newest models.
"""

from __future__ import annotations

import msgspec


class ModelSizes(msgspec.Struct, frozen=True):
    """The whole window and the longest answer, in tokens."""

    window: int
    max_output: int

    @property
    def auto_compact_limit(self) -> int:
        """Tokens in the window at which the conversation is to be compacted."""
        return self.window * 9 // 10


def effective_window(window: int) -> int:
    """The part of a window that a conversation may fill; the rest is left to the model."""
    return window * 95 // 100


_SIZES = {
    ("gpt-oss-20b", "gpt-oss-120b"): ModelSizes(96_000, 32_000),
    ("o3", "o4-mini", "codex-mini-latest"): ModelSizes(200_000, 100_000),
    ("gpt-4.1", "gpt-4.1-2025-04-14"): ModelSizes(1_047_576, 32_768),
    ("gpt-4o", "gpt-4o-2024-08-06", "gpt-4o-2024-11-20"): ModelSizes(128_000, 16_384),
    ("gpt-4o-2024-05-13",): ModelSizes(128_000, 4_096),
    ("gpt-3.5-turbo",): ModelSizes(16_385, 4_096),
}
_NEWEST = ModelSizes(272_000, 128_000)


def sizes_of(slug: str) -> ModelSizes | None:
    """The sizes of a model; None where they are not known."""
    for slugs, sizes in _SIZES.items():
        if slug in slugs:
            return sizes
    return _NEWEST if slug.startswith(("gpt-5", "codex-")) else None
