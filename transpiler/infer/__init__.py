"""The walk over the program: every expression becomes a value with facts, every step job text."""
