"""What the interface has done outside of it: files found, pictures read, drafts edited. No screen is touched here."""
