"""files.*: uploading in two steps, and looking a file up."""

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.errors import Json, SlackRefusal
from bot.sandbox.slack.files import LARGEST, SlackFile
from bot.sandbox.slack.web_api.access import writable
from bot.sandbox.slack.web_api.arguments import Arguments
from bot.sandbox.slack.web_api.chat import thread


async def get_upload_url(backend: Backend, arguments: Arguments) -> Json:
    """Announce a file and learn where to send its content."""
    size = arguments.number("length", 0)
    if not 0 < size <= LARGEST:
        raise SlackRefusal("invalid_arguments", [f"must be 1 to {LARGEST} bytes: length"])
    file = SlackFile(
        id=backend.workspace.new_id("F"),
        name=arguments.required("filename"),
        user_id=backend.workspace.app.bot_user_id,
        size=size,
        alt_text=arguments.text("alt_txt"),
    )
    backend.files.add(file)
    return {"upload_url": backend.addresses.upload(file.id), "file_id": file.id}


async def complete_upload(backend: Backend, arguments: Arguments) -> Json:
    """Finish uploads and share them where the arguments say, if anywhere."""
    announced = arguments.structure("files")
    if not isinstance(announced, list) or not all(isinstance(one, dict) and "id" in one for one in announced):
        raise SlackRefusal("invalid_arguments", ["must provide an array of files [json-pointer:/files]"])
    reference = arguments.optional("channel_id")
    channel = writable(backend, reference, member_only=True) if reference else None
    completed = [backend.files.complete(one["id"], one.get("title", "")) for one in announced]
    shown = [backend.files.payload(file) for file in completed]
    if channel is not None:
        message = backend.workspace.bot_message(channel.id, arguments.text("initial_comment"), [])
        message.thread_ts = thread(backend, channel, arguments.optional("thread_ts"))
        message.files = shown
        backend.workspace.post(message)
    return {"files": shown}


async def info(backend: Backend, arguments: Arguments) -> Json:
    file = backend.files.find(arguments.required("file"))
    if file is None:
        raise SlackRefusal("file_not_found")
    return {"file": backend.files.payload(file)}
