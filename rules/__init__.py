"""What each pandas API becomes: one module a family, one rule an entry, each with its example."""
