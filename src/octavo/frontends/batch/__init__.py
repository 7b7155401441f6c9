"""Many runs from one list, side by side, on this machine or on a cluster (`docs/batch.md`)."""
