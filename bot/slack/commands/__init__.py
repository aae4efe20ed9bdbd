"""`/bloom`: what was typed, understood and carried out."""
