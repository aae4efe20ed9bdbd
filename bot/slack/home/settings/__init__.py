"""The page of settings: what it shows, the forms it opens, and what they send."""
