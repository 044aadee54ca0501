"""Custom attributes: fields that an administrator adds to any resource, without code."""
