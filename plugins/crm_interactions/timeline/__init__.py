"""Interactions on the timeline of their record: the composer above it, their entries in it."""
