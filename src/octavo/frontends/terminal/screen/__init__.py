"""The only writer: modes of the terminal, live rows, and what is printed above them."""
