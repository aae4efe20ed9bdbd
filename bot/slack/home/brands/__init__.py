"""The page of brands: the list, one brand, adding one, and giving it a logo."""
