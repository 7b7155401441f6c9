"""The messages of this dialect, as they stand in JSON."""
