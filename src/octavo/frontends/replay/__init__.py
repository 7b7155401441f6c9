"""Playing the model's side of a recorded run against the code of now, and telling what differs (`docs/replay.md`)."""
