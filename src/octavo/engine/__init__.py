"""The agent: conversations, the turn loop and everything that a turn needs.

Begin with `turn.py`, the loop. `conversation.py` is the door that front ends use.
"""
