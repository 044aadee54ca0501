"""A person's tasks as a calendar that other programs subscribe to, by a secret link."""
