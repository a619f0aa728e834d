"""Inputs of the whole programs: small, dirty as real files are, the same each time."""
