"""Every setting, typed and checked before anything starts.

Settings come from the environment, then from `.env`. A wrong or missing one is a ConfigError of one line that names
it; the program ends with status 2 and no traceback.
"""

from bot.config.settings import History, LogFormat, LogLevel, Settings, SlackSettings

__all__ = ["History", "LogFormat", "LogLevel", "Settings", "SlackSettings"]
