"""The doors: each turns a conversation's events into one dialect, and nothing else."""
