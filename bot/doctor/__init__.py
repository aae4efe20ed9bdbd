"""`python -m bot doctor`: looks at everything the bot needs and says what is wrong and what to do about it.

It changes nothing and shows no secret, and a running bot does not notice it: the database is only read, tokens that
have ended are left for the bot to renew.
"""

from bot.doctor.examination import diagnose, examine
from bot.doctor.findings import Finding, Mark

__all__ = ["Finding", "Mark", "diagnose", "examine"]
