"""`octavo usage`: the tokens of saved sessions, and what they cost (`docs/usage.md`)."""
