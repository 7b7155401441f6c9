"""What a command may touch, and which commands need no question (`docs/sandbox.md`, `docs/commands.md`)."""
