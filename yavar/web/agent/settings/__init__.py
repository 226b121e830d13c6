"""The settings: one page for each thing an administrator looks after, all built on `frame`."""
