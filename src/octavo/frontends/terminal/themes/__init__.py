"""How roles look: themes, those that come along and those of the user."""
