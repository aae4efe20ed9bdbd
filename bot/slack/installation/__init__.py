"""Where the app is installed: getting there, and a token that holds for each workspace."""
