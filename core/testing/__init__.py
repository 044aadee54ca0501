"""Fixtures and suites for testing the host and its plugins; a plugin author's own tests may use all of it."""
