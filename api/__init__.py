"""The JSON API and what comes in from outside."""
