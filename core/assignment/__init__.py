"""Who gets what comes in: rules that deal new records out among people, who is away, and a log that says why."""
