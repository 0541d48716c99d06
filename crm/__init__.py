"""The records of the company and every way to change them; no web, no rules."""
