"""Promises about time: which one holds for a conversation, when it is due, and what happens then."""
