"""Taking back what a turn did to files, with or without git, effects of commands included (`docs/undo.md`).

`Keeper` knows what the files were like and keeps their bytes, the journal of a session says what each
step changed, and `restore` goes back. Nothing here knows of conversations.
"""
