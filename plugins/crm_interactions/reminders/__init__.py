"""Who is reminded of a task, when, and what becomes of a reminder that somebody puts off."""
