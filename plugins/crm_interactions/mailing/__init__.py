"""Mail written from a record: templates, what is sent, and what became of it."""
