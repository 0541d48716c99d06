"""What the pages of everyday work read, one file a subject; nothing here writes."""
