"""The form as blocks: its inputs, what it costs, and what people filled in."""
