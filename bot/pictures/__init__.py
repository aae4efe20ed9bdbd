"""Pictures of any kind, made into what Slack shows: by Pillow and resvg, in a process of its own.

A large drawing keeps resvg busy for most of a minute, and all of Python with it; one that means harm makes it take all
memory, and end. So a process does it that has little of both, none of the bot's secrets, and nothing else to do.
That process loads this file too, so it imports nothing: asyncio alone takes as long as to make a picture.
"""
