"""`octavo worktree`, and the work tree of an `exec` run (`docs/worktrees.md`)."""
