"""Bringing commands, clicks and events to the app, and collecting what it answers."""
