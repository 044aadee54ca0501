"""Automation: rules that do by themselves, when something happens to a record, what people would do each time."""
