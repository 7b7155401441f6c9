"""The language of the app server as TypeScript and as JSON Schema (`docs/type-export.md`).

Both are made from the types that read and write the messages, so they cannot say
anything else than the server does.
"""
