"""Interactions, tasks and reminders beside any record."""
