"""Plugins that come and go: manifest, discovery, loading, hooks, states, lifecycle, migrations."""
