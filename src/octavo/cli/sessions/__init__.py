"""`octavo sessions`: looking at saved conversations from the command line (`docs/sessions.md`)."""
