"""The Agent Client Protocol: the door for editors that speak it (`docs/acp.md`)."""
