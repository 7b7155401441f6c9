"""Bytes from a terminal become keys, pastes and answers."""
