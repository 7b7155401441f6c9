"""Blocks of a conversation as styled lines; pure functions of items and widths."""
