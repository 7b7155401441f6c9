"""Reading a command: its words and grammar, what it does, whether it is known to be safe, how it is shown."""
