"""When somebody is at work: calendars, and time counted in their hours."""
