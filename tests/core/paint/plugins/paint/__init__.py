"""Pots of paint in their colours."""
