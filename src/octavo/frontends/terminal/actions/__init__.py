"""What effects of views and commands need done outside: git, files, the network. No screen is touched here."""
