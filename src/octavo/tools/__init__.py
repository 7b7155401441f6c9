"""What the model may call: a registry, and one module per tool."""
