"""Dashboards: tiles of figures, charts, tables, lists and targets, laid out by each person and shared."""
