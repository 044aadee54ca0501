"""Files brought in: mapping, check, run, result."""
