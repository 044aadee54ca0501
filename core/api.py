"""The facade: the one module of the host that plugins import. What is not here is not for plugins."""


__all__ = [name for name in dir() if not name.startswith("__")]
