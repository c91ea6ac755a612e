"""How many calls at once one worker carries within the service level of conf/slo."""
