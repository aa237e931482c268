"""Choosing a base, fetching it and taking it off the disk."""
