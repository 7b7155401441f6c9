"""The draft that a user edits; it knows no session."""
