"""Who is asking, what they own, and what they have left."""

from aiohttp import web

from bot.sandbox.bloom.calls import Call
from bot.sandbox.bloom.request_schemas import InWorkspace


async def get_account(call: Call) -> web.Response:
    """``GET /account``."""
    return call.answer({"email": call.account.email, "name": call.account.name})


async def get_credits(call: Call) -> web.Response:
    """``GET /credits``."""
    wanted = call.query(InWorkspace)
    workspace = call.account.workspace(wanted.workspace_id)
    return call.answer({"balance": workspace.credits, "unlimited": workspace.unlimited})


async def list_workspaces(call: Call) -> web.Response:
    """``GET /workspaces``."""
    workspaces = [{"id": w.id, "name": w.name, "is_personal": w.id is None} for w in call.account.workspaces]
    return call.answer({"workspaces": workspaces})
