"""A process of its own for bytes of strangers: whatever they do to it, the caller hears `Died` and goes on. See README.md of this folder."""

from .child import Child, Died

__all__ = ["Child", "Died"]
