"""The account service of a ChatGPT login (`docs/app-server.md`, "Account")."""
