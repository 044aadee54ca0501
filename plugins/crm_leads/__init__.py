"""Leads: people and companies that may become clients (classic mode)."""
