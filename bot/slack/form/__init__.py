"""The form: what it is filled with, following it while it is open, and sending it."""
