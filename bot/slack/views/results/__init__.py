"""What stands under and around an image: its message, its forms, and where it came from."""
