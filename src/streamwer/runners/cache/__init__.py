"""The result cache: finished recordings, stored so that no later run streams them again."""
