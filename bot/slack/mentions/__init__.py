"""`@Bloom` in a channel or a thread, and direct messages: what is said to the bot, and what becomes of it."""
