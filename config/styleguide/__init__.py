"""Shows every component and every page in each of its states. Served only where DEBUG is on."""
