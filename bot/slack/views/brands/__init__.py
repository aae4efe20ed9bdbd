"""Brands as blocks: one in full, the forms about it, and what people are told of it."""
