"""The page of usage, and what managers do on it."""
