"""From a configuration to conversations: what the agent stands on is put together here, once for all doors."""
