"""Fixtures of the application itself: an installation, its users, and clients that are signed in."""
