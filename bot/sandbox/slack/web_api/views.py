"""views.*: modals and home tabs."""

from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.errors import Json, SlackRefusal
from bot.sandbox.slack.payloads import shown
from bot.sandbox.slack.views import View
from bot.sandbox.slack.web_api.access import require_scope
from bot.sandbox.slack.web_api.arguments import Arguments


async def open_modal(backend: Backend, arguments: Arguments) -> Json:
    return _shown(backend, await backend.modals.open(arguments.values.get("trigger_id"), _view(backend, arguments)))


async def push(backend: Backend, arguments: Arguments) -> Json:
    return _shown(backend, await backend.modals.push(arguments.values.get("trigger_id"), _view(backend, arguments)))


async def update(backend: Backend, arguments: Arguments) -> Json:
    view_id, external_id = arguments.text("view_id"), arguments.text("external_id")
    if view_id and external_id:
        raise SlackRefusal("invalid_arguments", ["Cannot provide both `view_id` and `external_id`"])
    if not view_id and not external_id:
        raise SlackRefusal("invalid_arguments", ["Must provide either `view_id` or `external_id`"])
    expected = arguments.optional("hash")
    view = await backend.modals.update(
        _view(backend, arguments), view_id=view_id, external_id=external_id, expected_hash=expected
    )
    return _shown(backend, view)


async def publish(backend: Backend, arguments: Arguments) -> Json:
    user_id = arguments.required("user_id")
    if not backend.settings.manifest.has_home:
        raise SlackRefusal("not_enabled")
    if user_id not in backend.workspace.members:
        raise SlackRefusal("invalid_arguments", ["invalid `user_id`"])
    view = await backend.modals.publish(user_id, _view(backend, arguments), expected_hash=arguments.optional("hash"))
    return _shown(backend, view)


def _view(backend: Backend, arguments: Arguments) -> object:
    """Return the view that was sent; who asks people for files must be allowed to read them."""
    if "view" not in arguments:
        raise SlackRefusal("invalid_arguments", ["missing required field: view"])
    view = arguments.structure("view")
    if "file_input" in _types(view):
        require_scope(backend, "files:read")
    return view


def _types(value: Any) -> Iterator[object]:
    """Yield the type of everything within a view, which nobody has checked yet."""
    if isinstance(value, dict):
        yield value.get("type")
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _types(child)


def _shown(backend: Backend, view: View) -> Json:
    return {"view": shown(backend, view)}
