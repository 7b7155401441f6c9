"""Lists, questions, notes and pagers that take the composer's place."""
