"""Where messages are on the web, as `chat.getPermalink` says it, without asking that for each."""


def permalink(root: str, channel_id: str, message_id: str, thread_id: str | None = None) -> str:
    """Return the address of a message in the workspace at ``root``; nothing where that is not known."""
    if not root:
        return ""
    link = f"{root.rstrip('/')}/archives/{channel_id}/p{message_id.replace('.', '')}"
    return f"{link}?thread_ts={thread_id}&cid={channel_id}" if thread_id not in (None, message_id) else link
