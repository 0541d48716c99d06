"""The tests; tests/house holds the promises of the house style."""
