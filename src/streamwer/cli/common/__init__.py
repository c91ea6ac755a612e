"""What the command lines of the stages, the studies and the installed programs share."""
