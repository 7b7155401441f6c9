"""Styled text and what is measured, wrapped and cleaned of it."""
