"""Where facts reach the people of the team who are not looking. See README.md of this folder."""
