"""The bot without any account: stand-ins for Bloom and Slack, and a way to run the bot between them."""
