"""What the interface asks to be done: all that composer and views cannot do themselves, as values.

They change only what is on the screen; whoever runs the loop carries these out and feeds the answer back, if there
is one. Each module holds those of one subject and is loaded with who asks for them; `effect` names the type of all.
"""
