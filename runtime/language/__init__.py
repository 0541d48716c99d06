"""The language that rules are written in: paths, conditions, placeholders and moments, as pure functions."""
