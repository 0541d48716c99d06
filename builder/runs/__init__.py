"""What the rules did: lists of runs, one run on its chain, undo, and the error inbox."""
