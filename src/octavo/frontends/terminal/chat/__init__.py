"""The conversation as cells: engine events in, finished cells, the live cell and the status out; pure."""
