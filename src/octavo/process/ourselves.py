"""The command line that starts this program again, as one of the small programs that it also is."""

from __future__ import annotations

import os
import sys


def own_command(*arguments: str) -> tuple[str, ...]:
    """The words that run `octavo` with these arguments, whether or not it was installed as a script.

    It needs no environment, and nothing in the environment or the folder can change what it runs. Installed packages
    are out of reach: it is for the programs that need none, as they start in half the time then.
    """
    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    code = f"import sys; sys.path.append({package!r}); from octavo.__main__ import main; sys.exit(main())"
    return (sys.executable, "-I", "-S", "-X", "utf8", "-c", code, *arguments)
