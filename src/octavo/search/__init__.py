"""Finding files: by listing them with ripgrep, and by a few letters of their paths (`docs/search.md`)."""
