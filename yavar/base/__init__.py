"""The ground floor: no domain in it. See README.md of this folder."""
