"""The `octavo` command, and the programs that it is under other names.

Commands of the model call us as `apply_patch`, and every sandboxed command once passed
through `codex-linux-sandbox`: these ways import nothing but what they need.
"""

from __future__ import annotations

import sys


def main() -> int:
    """Run as what we were called; the exit code."""
    name = sys.argv[0].rpartition("/")[2]
    if name in {"apply_patch", "applypatch"}:
        from octavo.patch.program import run_apply_patch

        return run_apply_patch(sys.argv, sys.stdin.buffer, sys.stdout.buffer, sys.stderr.buffer)
    if name == "codex-linux-sandbox":
        from octavo.sandbox.helper import run_helper

        return run_helper(sys.argv)
    if sys.argv[1:2] == ["--codex-run-as-apply-patch"]:
        from octavo.patch.program import run_self_invoked

        return run_self_invoked(sys.argv, sys.stdout.buffer, sys.stderr.buffer)
    from octavo.cli.dispatch import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
