"""Modal editing of the draft, as vi has it: keys to commands to drafts; nothing of it is loaded while it is off."""
