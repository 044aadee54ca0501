"""The conversion dialog: what is said in it, and what it shows of that."""
