"""Where facts leave the house for the browsers that are looking. See README.md of this folder."""
