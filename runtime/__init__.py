"""Rules, triggers, conditions, graphs, the interpreter, the clock and the jobs; no web."""
