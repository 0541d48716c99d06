"""Rules of the shelf *Items*: what changes the record itself."""
