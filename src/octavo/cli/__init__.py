"""The command line: one small module per subcommand, imported on use (`docs/exec.md`)."""
