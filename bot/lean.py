"""What the bot's own process goes without; imported before everything else.

sqlite-utils loads numpy wherever it is installed, for types that are never stored here: 10 MB, and 0.1 s of each start.
It is installed for the charts, which are drawn in a process of their own.
"""

import sys

sys.modules["numpy"] = None  # type: ignore[assignment]  # Python's way to say that there is none
