"""Deciders: what follows from what happened in a conversation."""
