"""Tools with which some models read files and folders (`docs/tool-output.md`).

They look at the user's disk without a sandbox, so they never write, never run anything of the user's and never
wait on what is not a plain file or folder.
"""
