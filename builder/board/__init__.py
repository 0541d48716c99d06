"""The board: the stages of a pipeline as columns, and under each its chain."""
