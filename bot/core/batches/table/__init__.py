"""Tables that people give, and give back: read, judged row by row, and written."""
