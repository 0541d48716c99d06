"""The shelf of the rules of tests."""
