"""Rules of the shelf *For employee*: what colleagues get to see and do."""
