"""`octavo exec`: one turn without a terminal, for people, scripts and SDKs (`docs/exec.md`)."""
