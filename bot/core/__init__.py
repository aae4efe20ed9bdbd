"""What the bot does, in its users' words. Knows neither Slack nor HTTP nor SQL; ``ports`` names what it needs."""
