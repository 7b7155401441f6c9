"""What a login shell ends up with, kept so that no command runs the profile again (`docs/shell-snapshot.md`)."""
