"""Bloom's published contract as a judge: of the stand-in's answers here, of our client's requests elsewhere.

The document stands beside the checkout, not in it; where it is absent, the tests that need it are skipped.
"""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

DOCUMENT = Path(__file__).parents[3] / "../shared/bloom/openapi.json"
SERVER = "https://www.trybloom.ai"
API_PREFIX = "/api/v1"
METHODS = ("get", "post", "put", "delete")


@cache
def document() -> dict[str, Any]:
    """Return Bloom's document as it was published, or skip the test."""
    if not DOCUMENT.exists():
        pytest.skip("openapi.json is not beside the checkout")
    published: dict[str, Any] = json.loads(DOCUMENT.read_text())
    return published


@cache
def openapi() -> OpenAPI:
    """Return the judge.

    What is left out is the document's form, not what it asks for: ``deepObject`` stands at plain values, for
    which OpenAPI gives it no meaning; ``allowEmptyValue`` is deprecated and warns; and files are described as
    text with a media type, where openapi-core would decode every picture as UTF-8.
    """
    corrected = copy.deepcopy(document())
    for operation in _operations(corrected):
        for parameter in operation.get("parameters", []):
            for word in ("style", "explode", "allowEmptyValue"):
                parameter.pop(word, None)
        form = operation.get("requestBody", {}).get("content", {}).get("multipart/form-data")
        if form:
            form["schema"]["properties"]["file"] = {}
    return OpenAPI.from_dict(corrected)


class JudgedRequest:
    """An httpx request in the words of openapi-core, as if it had been sent to Bloom."""

    def __init__(self, request: httpx.Request) -> None:
        self.host_url = SERVER
        self.path = API_PREFIX + request.url.path.removeprefix(API_PREFIX)
        self.method = request.method.lower()
        self.content_type = request.headers.get("content-type", "")
        self.body = request.read() or None
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(request.url.params.multi_items()),
            header=Headers(list(request.headers.items())),
        )


class JudgedResponse:
    """An httpx response in the words of openapi-core."""

    def __init__(self, response: httpx.Response) -> None:
        self.status_code = response.status_code
        self.content_type = response.headers.get("content-type", "")
        self.headers = dict(response.headers)
        self.data = response.content


def assert_request_fits(request: httpx.Request) -> None:
    """Fail unless Bloom's document allows this request: path, parameters, credential, body."""
    openapi().validate_request(JudgedRequest(request))


def assert_answer_fits(request: httpx.Request, response: httpx.Response) -> None:
    """Fail unless Bloom's document allows this answer to this request.

    A status the document does not list for the operation has to be the framework's own refusal: every operation
    can answer 400 to bad input and 404 to an unknown address, and the document leaves that out.
    """
    listed = operation_of(request)["responses"]
    if str(response.status_code) in listed:
        openapi().validate_response(JudgedRequest(request), JudgedResponse(response))
    else:
        assert_undocumented_refusal(response)


def assert_undocumented_refusal(response: httpx.Response) -> None:
    """Fail unless the answer has the form of a refusal that the document does not define."""
    refusal = response.json()
    assert refusal["defined"] is False
    assert refusal["status"] == response.status_code >= 400
    assert isinstance(refusal["code"], str)
    assert isinstance(refusal["message"], str)


def operation_of(request: httpx.Request) -> dict[str, Any]:
    """Return what the document says of the operation a request is meant for."""
    given = request.url.path.removeprefix(API_PREFIX).split("/")
    templates = (path for path in document()["paths"] if _fits(path.split("/"), given))
    path = min(templates, key=lambda path: path.count("{"))
    operation: dict[str, Any] = document()["paths"][path][request.method.lower()]
    return operation


def documented_refusals() -> dict[str, dict[str, tuple[int, str]]]:
    """Return code, status and message of every refusal the document defines, by operation."""
    return {
        operation["operationId"]: {
            alternative["properties"]["code"]["const"]: (
                int(status),
                alternative["properties"]["message"]["default"],
            )
            for status, response in operation["responses"].items()
            if int(status) >= 400
            for alternative in response["content"]["application/json"]["schema"]["oneOf"]
            if "const" in alternative["properties"]["code"]
        }
        for operation in _operations(document())
    }


def _operations(published: dict[str, Any]) -> list[dict[str, Any]]:
    return [item[method] for item in published["paths"].values() for method in METHODS if method in item]


def _fits(template: list[str], given: list[str]) -> bool:
    return len(template) == len(given) and all(
        part.startswith("{") or part == found for part, found in zip(template, given, strict=True)
    )
