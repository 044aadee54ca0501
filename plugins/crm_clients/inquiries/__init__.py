"""Inquiries: one entry for everything that comes in, whatever becomes of it in the mode that is on."""
