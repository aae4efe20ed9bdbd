"""The page of history, and what people do on it."""
