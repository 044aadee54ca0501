"""Clients: the people and companies one sells to."""
