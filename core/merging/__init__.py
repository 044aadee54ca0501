"""Records that are the same somebody: found, shown, merged into one, and taken apart again."""
