"""Pages of administrators: apps, health, settings."""
