"""Where student code runs: the jail, the people who talk to it, and what they bring back."""
