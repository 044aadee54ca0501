"""The host of Prospecto: it knows nothing about selling; plugins bring that."""

__version__ = "0.1.0"
