"""Touching files and programs that a command of the model may have put there: no link is followed by accident."""
