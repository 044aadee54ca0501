"""Reports: figures, charts and tables over the records of other apps; every number opens its list."""
