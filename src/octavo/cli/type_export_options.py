"""The declarations of the commands that write the app server's types (`docs/type-export.md`)."""

from __future__ import annotations

from octavo.cli.words.spec import Command, Option

_OUT = Option("-o", "--out", value="DIR", path=True, required=True, about="The folder to write to")

GENERATE_TS = Command(
    "generate-ts",
    "Write the types of the app server as TypeScript",
    run="octavo.cli.type_export:typescript",
    options=(
        _OUT,
        Option("-p", "--prettier", value="PRETTIER_BIN", path=True, about="A program that formats the files"),
        Option("--experimental", about="Nothing is kept back without it", hidden=True),
    ),
    hidden=True,
)

GENERATE_JSON_SCHEMA = Command(
    "generate-json-schema",
    "Write the types of the app server as JSON Schema",
    run="octavo.cli.type_export:json_schema",
    options=(_OUT, Option("--experimental", about="Nothing is kept back without it", hidden=True)),
    hidden=True,
)
