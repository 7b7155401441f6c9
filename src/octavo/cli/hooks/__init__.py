"""`octavo hooks`: which hooks there are, and which of a project's are trusted (`docs/hooks.md`)."""
