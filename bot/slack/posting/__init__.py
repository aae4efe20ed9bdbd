"""What the bot says by itself: posted at the pace of the workspace, edited, and found again."""
