"""`octavo app-server`: conversations for editors and desktop programs, as JSON lines (`docs/app-server.md`)."""
