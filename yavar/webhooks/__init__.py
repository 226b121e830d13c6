"""Where facts leave the house for the desk's own programs. See README.md of this folder."""
