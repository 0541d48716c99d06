"""The verbs of the desk, one file a subject."""
