"""Programs of the user that see what an agent does and may stop it (`docs/hooks.md`)."""
