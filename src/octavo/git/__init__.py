"""What we ask of git: facts for a session's first line, snapshots for undo, the diff to the remote."""
