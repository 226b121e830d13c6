"""Yavar: a self-hosted support desk for websites and online shops."""

__version__ = "0.0.1"
