"""A model that runs inside this process (`docs/local-models.md`)."""
