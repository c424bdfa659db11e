"""What runs inside the jail: torch, kit and the standard library only; nothing here knows an answer."""
