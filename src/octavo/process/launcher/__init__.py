"""What runs in another process, started without site-packages: it imports the standard library and the sandbox only."""
