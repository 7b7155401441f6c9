"""Starting this program again as its own `apply_patch` (`docs/apply-patch.md`)."""

from __future__ import annotations

import os
import sys


def own_patch_program(*, all_or_none: bool, only_places: bool = False) -> tuple[str, ...]:
    """The words that run our `apply_patch`, which reads the patch from stdin: an argument could not hold a large one.

    With `all_or_none` a patch of which something is out of reach changes nothing. With `only_places` stdin holds what
    `octavo.patch.approved.with_places` makes, and nothing but these places is touched.
    It needs no environment, and nothing in the environment or the folder can change what it runs. Installed packages
    are out of reach: it is for the programs that need none, as they start in half the time then.
    """
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    code = (
        f"import sys; sys.path.append({package!r}); from octavo.patch.program import run_apply_patch; "
        "sys.exit(run_apply_patch(['apply_patch'], sys.stdin.buffer, sys.stdout.buffer, sys.stderr.buffer, "
        f"all_or_none={all_or_none}, only_places={only_places}))"
    )
    return (sys.executable, "-I", "-S", "-X", "utf8", "-c", code)
