"""Running commands: their start, their output as it comes, and their certain end (`docs/sandbox.md`)."""
