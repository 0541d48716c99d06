"""Rules that only tests use: one that leaves the house, and one that brings its worker down."""

from crm.words import phrase

GROUPS = {"of_tests": phrase("Of tests")}
