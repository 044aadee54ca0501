"""An app whose action fails at times."""
