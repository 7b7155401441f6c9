"""Every type that a client sends or gets (`docs/app-server.md`).

The types that read requests are the ones that schemas and TypeScript are made from, so
neither can say what the other does not.
"""
