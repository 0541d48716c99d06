"""Rules of the shelf *Flow*: which way a chain takes."""
