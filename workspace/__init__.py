"""Pages of everyday CRM work."""
