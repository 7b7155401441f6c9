"""What of another program's state folder carries over, and what differs (`docs/doctor.md`, "Coming from Codex")."""
