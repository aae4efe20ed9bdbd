"""How the bot holds up, measured beside two naive peers: `python -m tests.bench`.

The stand-ins of Slack and Bloom run in this process, the bot under test in one of its own, with real HTTP between
them. What is compared is what a person would notice (was I answered, when did my image come) and what it costs to run.
"""
