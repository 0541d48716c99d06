"""Chains: the rules of one stage as a forest, from JSON to what the interpreter walks."""
