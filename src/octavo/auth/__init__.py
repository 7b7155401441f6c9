"""Who the user is: stored logins, and keeping them fresh (`docs/models.md`)."""
