"""How many concurrent calls one worker can serve within a service level."""
