"""The state of the interface: conversation, composer, views and pagers as one; no input or output."""
