"""The 21 operations, the authorization server and the pictures, each a few lines: parse, one rule, answer."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.sandbox.bloom.calls import API_PREFIX, Call
from bot.sandbox.bloom.middleware import CALL, CONSENT
from bot.sandbox.bloom.oauth import AUTH_PREFIX
from bot.sandbox.bloom.routes import account, brands, files, generations, images, oauth, uploads

Operation = Callable[[Call], Awaitable[web.StreamResponse]]

OPERATIONS: tuple[tuple[str, str, str, Operation], ...] = (
    ("GET", "/account", "account.get", account.get_account),
    ("GET", "/credits", "credits.get", account.get_credits),
    ("GET", "/workspaces", "workspaces.list", account.list_workspaces),
    ("GET", "/brands", "brands.list", brands.list_brands),
    ("POST", "/brands", "brands.create", brands.create_brand),
    ("GET", "/brands/{id}", "brands.get", brands.get_brand),
    ("DELETE", "/brands/{id}", "brands.delete", brands.delete_brand),
    ("PUT", "/brands/{id}/logo", "brands.updateLogo", brands.update_logo),
    ("PUT", "/brands/{id}/logo/file", "brands.uploadLogoFile", brands.upload_logo_file),
    ("GET", "/images", "images.list", images.list_images),
    ("DELETE", "/images", "images.deleteMany", images.delete_images),
    ("POST", "/images/generations", "images.generate", generations.generate),
    ("POST", "/images/uploads", "images.upload", uploads.upload_by_url),
    ("POST", "/images/uploads/file", "images.uploadFile", uploads.upload_file),
    ("POST", "/images/search", "images.search", images.search),
    ("GET", "/images/{id}", "images.get", images.get_image),
    ("DELETE", "/images/{id}", "images.delete", images.delete_image),
    ("POST", "/images/{id}/edit", "images.edit", generations.edit),
    ("POST", "/images/{id}/resize", "images.resize", generations.resize),
    ("POST", "/images/{id}/remove-background", "images.removeBackground", generations.remove_background),
    ("POST", "/images/{id}/vectorize", "images.vectorize", generations.vectorize),
)

AUTHORIZATION: tuple[tuple[str, str, str, Operation], ...] = (
    ("GET", "/.well-known/oauth-authorization-server", "oauth2.metadata", oauth.metadata),
    ("POST", f"{AUTH_PREFIX}/oauth2/register", "oauth2.register", oauth.register),
    ("GET", f"{AUTH_PREFIX}/oauth2/authorize", "oauth2.authorize", oauth.authorize),
    ("POST", f"{AUTH_PREFIX}/oauth2/authorize", CONSENT, oauth.consent),
    ("POST", f"{AUTH_PREFIX}/oauth2/token", "oauth2.token", oauth.token),
    ("POST", f"{AUTH_PREFIX}/oauth2/revoke", "oauth2.revoke", oauth.revoke),
)

FILES: tuple[tuple[str, Operation], ...] = (
    ("/img/{id}", files.redirect),
    ("/cdn/logos/{id}.png", files.logo),
    ("/cdn/{id}.{extension}", files.picture),
)


def add_routes(router: web.UrlDispatcher) -> None:
    """Register every operation under its name in Bloom's document."""
    for method, path, name, operation in OPERATIONS:
        router.add_route(method, API_PREFIX + path, _handler(operation), name=name)
    for method, path, name, operation in AUTHORIZATION:
        router.add_route(method, path, _handler(operation), name=name)
    for path, operation in FILES:
        router.add_get(path, _handler(operation))


def _handler(operation: Operation) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await operation(request[CALL])

    return handle
