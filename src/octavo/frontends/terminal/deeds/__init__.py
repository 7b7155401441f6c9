"""What is done outside of the screen for each effect that the state cannot take care of itself."""
