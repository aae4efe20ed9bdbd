"""Multipart forms, read part by part so that no upload is ever held beyond its limit."""

from dataclasses import dataclass, field

from aiohttp import BodyPartReader, web

from bot.sandbox.bloom.errors import Refused
from bot.sandbox.bloom.library import MAX_UPLOAD_BYTES

_MAX_FIELD_BYTES = 1000


@dataclass
class MultipartForm:
    """What a form contained."""

    file: bytes | None = None
    filename: str | None = None
    fields: dict[str, str] = field(default_factory=dict)


async def read_form(request: web.Request) -> MultipartForm:
    """Return a form's file and fields, or refuse what is no form."""
    if request.content_type != "multipart/form-data":
        raise Refused("BAD_REQUEST")
    form = MultipartForm()
    try:
        async for part in await request.multipart():
            await _read_part(form, part)
    except ValueError as error:
        raise Refused("BAD_REQUEST") from error
    return form


async def _read_part(form: MultipartForm, part: object) -> None:
    if not isinstance(part, BodyPartReader) or part.name is None:
        raise Refused("BAD_REQUEST")
    if part.name == "file" and part.filename is not None:
        form.file, form.filename = await _read(part, MAX_UPLOAD_BYTES), part.filename
    else:
        form.fields[part.name] = (await _read(part, _MAX_FIELD_BYTES)).decode(errors="replace")


async def _read(part: BodyPartReader, limit: int) -> bytes:
    """Return a part's bytes; of one that is too long, one byte more than allowed, and the rest is skipped."""
    content = bytearray()
    while chunk := await part.read_chunk():
        if len(content) <= limit:
            content += chunk
    return bytes(content[: limit + 1])
