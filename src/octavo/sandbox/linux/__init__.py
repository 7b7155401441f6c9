"""The parts of the sandbox that only Linux has: Landlock, seccomp, mounts, and what they need to know."""
