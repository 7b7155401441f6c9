"""`octavo generate-ts` and `app-server generate-json-schema`: the language of the app server for clients."""

from __future__ import annotations

import os

from octavo.cli.words.invocation import Invocation


def typescript(invocation: Invocation) -> int:
    """Write the TypeScript files; the exit code."""
    from octavo.frontends.app_server.export.write import write_typescript  # slow: it reads every type

    write_typescript(_folder(invocation), invocation.last.text("prettier"))
    return 0


def json_schema(invocation: Invocation) -> int:
    """Write the JSON Schema files; the exit code."""
    from octavo.frontends.app_server.export.write import write_json_schemas

    write_json_schemas(_folder(invocation))
    return 0


def _folder(invocation: Invocation) -> str:
    return os.path.normpath(invocation.last.text("out") or ".")
