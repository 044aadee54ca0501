"""The tables of the core and of each plugin: where they stand, whether they fit, and how they are moved on."""
