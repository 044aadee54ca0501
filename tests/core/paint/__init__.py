"""A small app, as a plugin author would write it, that the tests of settings and shell switch on."""
