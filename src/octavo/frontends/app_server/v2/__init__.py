"""The language of clients of today: threads, turns and items (`docs/app-server-v2.md`)."""
