"""How a mail leaves: what it says, the line to the server, and what came of it."""
