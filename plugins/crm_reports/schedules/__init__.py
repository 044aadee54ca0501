"""Reports and dashboards that are sent by mail: when, to whom, and what became of each mail."""
