"""Finding a program of the user's where commands of the model cannot have put another one (`docs/sandbox.md`)."""

from __future__ import annotations

import os


def program_outside(name: str, path: str, workspace: str) -> str:
    """The program `name` on `path` (the value of PATH), in a folder that is not below `workspace`.

    The name itself where it is a path, or where no other folder has it: then the user means the one in the workspace.
    """
    if "/" in name:
        return name
    below = os.path.realpath(workspace).rstrip("/") + "/"
    for folder in filter(os.path.isabs, path.split(os.pathsep)):
        program = os.path.join(folder, name)
        is_program = os.path.isfile(program) and os.access(program, os.X_OK)
        if is_program and (below == "/" or not f"{os.path.realpath(folder)}/".startswith(below)):
            return program
    return name
