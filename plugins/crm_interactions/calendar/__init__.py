"""Tasks by the day and hour they are due, and what was done then."""
