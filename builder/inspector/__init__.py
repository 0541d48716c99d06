"""The side panel of one rule: its sentence, settings, run time and condition, tried on a real record."""
