"""The soak: two hundred resources live through a month of virtual time, with a real status branch."""
