"""Declarations of records, and the pages, files and API the host makes of them."""
