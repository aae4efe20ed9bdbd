"""views.*: modals and home tabs."""

from bot.sandbox.slack.backend import Backend
from bot.sandbox.slack.errors import Json, SlackRefusal
from bot.sandbox.slack.payloads import shown
from bot.sandbox.slack.views import View
from bot.sandbox.slack.web_api.arguments import Arguments


async def open_modal(backend: Backend, arguments: Arguments) -> Json:
    return _shown(backend, await backend.modals.open(arguments.values.get("trigger_id"), _view(arguments)))


async def push(backend: Backend, arguments: Arguments) -> Json:
    return _shown(backend, await backend.modals.push(arguments.values.get("trigger_id"), _view(arguments)))


async def update(backend: Backend, arguments: Arguments) -> Json:
    view_id, external_id = arguments.text("view_id"), arguments.text("external_id")
    if view_id and external_id:
        raise SlackRefusal("invalid_arguments", ["Cannot provide both `view_id` and `external_id`"])
    if not view_id and not external_id:
        raise SlackRefusal("invalid_arguments", ["Must provide either `view_id` or `external_id`"])
    expected = arguments.optional("hash")
    view = await backend.modals.update(
        _view(arguments), view_id=view_id, external_id=external_id, expected_hash=expected
    )
    return _shown(backend, view)


async def publish(backend: Backend, arguments: Arguments) -> Json:
    user_id = arguments.required("user_id")
    if user_id not in backend.workspace.members:
        raise SlackRefusal("invalid_arguments", ["invalid `user_id`"])
    view = await backend.modals.publish(user_id, _view(arguments), expected_hash=arguments.optional("hash"))
    return _shown(backend, view)


def _view(arguments: Arguments) -> object:
    if "view" not in arguments:
        raise SlackRefusal("invalid_arguments", ["missing required field: view"])
    return arguments.structure("view")


def _shown(backend: Backend, view: View) -> Json:
    return {"view": shown(backend, view)}
