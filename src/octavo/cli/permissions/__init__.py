"""`octavo permissions` and `octavo execpolicy`: rules on commands, seen and tried (`docs/permissions.md`)."""
