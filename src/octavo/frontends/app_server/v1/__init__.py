"""The first generation of clients: its methods, their types and handlers, and what it hears of a conversation.

`methods` lists everything by name; one module for each subject serves the requests.
"""
