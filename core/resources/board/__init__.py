"""The list of a resource as a board: a lane for each status, a card for each record."""
