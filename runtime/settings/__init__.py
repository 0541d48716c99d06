"""The kinds of settings that a rule can declare; rules import them from ``runtime.fields``."""
