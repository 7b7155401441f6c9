"""The messages of the protocol's schema, version 1, as far as this agent reads and writes them."""
