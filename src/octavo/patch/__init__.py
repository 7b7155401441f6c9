"""The `apply_patch` language: parse a patch, find its lines, apply it, say what it changed.

This room starts no process and knows no event loop; the rest of the program
brings it texts and paths. `octavo.patch.program` is started afresh for every
patch, so nothing on its way imports more than `os` and `sys`. The language is
stated in `docs/apply-patch.md`.
"""
