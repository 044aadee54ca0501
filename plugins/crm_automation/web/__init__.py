"""The pages of automation, its API and what they show."""
