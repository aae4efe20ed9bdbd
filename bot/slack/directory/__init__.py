"""Who and what there is in Slack: people, user groups and channels, asked seldom."""
