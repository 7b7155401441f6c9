"""The generic half of a command line: declarations, parsing, help and completion; it knows nothing of Octavo."""
