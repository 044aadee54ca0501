"""The plugins that come with Prospecto, one folder each."""
