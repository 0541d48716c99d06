"""Publishing: what would change, what becomes of runs in flight, versions, and switching rules off."""
