"""What is to be done: beside a record or by itself, once or again and again."""
