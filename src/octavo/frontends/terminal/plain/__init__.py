"""The interface in plain lines: the same state, said in words once (`docs/terminal.md`, "Without a screen")."""
