"""The API that the host makes of every resource: JSON under /api/v1, described by OpenAPI."""
