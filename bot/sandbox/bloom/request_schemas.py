"""What requests may look like: bodies and queries, checked as Bloom's document says.

Bodies are strict (``"2"`` is no number); queries are text and are converted.
"""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from bot.sandbox.bloom.images import ActionType, AspectRatio, ImageSize, ImageStatus, Source
from bot.sandbox.bloom.prompts import Model

MAX_IDS = 50

Uuid = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"), AfterValidator(str.lower)]
WorkspaceId = Annotated[str, Field(min_length=1)]
Prompt = Annotated[str, Field(min_length=1, max_length=2000)]


def _flag(value: Any) -> bool:
    if value not in ("0", "1", "true", "false"):
        raise ValueError("must be 0, 1, true or false")
    return value in ("1", "true")


def _ids(value: Any) -> list[str]:
    return list(dict.fromkeys(str(value).split(",")))


Flag = Annotated[bool, BeforeValidator(_flag)]
Ids = Annotated[list[Uuid], BeforeValidator(_ids), Field(min_length=1, max_length=MAX_IDS)]


class Body(BaseModel):
    """A JSON body."""

    model_config = ConfigDict(strict=True, alias_generator=to_camel)


class Query(BaseModel):
    """A query string."""

    model_config = ConfigDict(alias_generator=to_camel)


class PathId(Query):
    id: Uuid


class Wait(Query):
    wait: Flag = False
    timeout: Annotated[int, Field(ge=1, le=295)] = 120


class InWorkspace(Query):
    workspace_id: WorkspaceId | None = None


class Page(InWorkspace):
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: str | None = None


class ImageList(Page, Wait):
    ids: Ids | None = None
    brand_session_id: Uuid | None = None
    source: Source | None = None
    status: ImageStatus | None = None
    action_type: ActionType | None = None
    include_urls: Flag = False


class ImageIds(Query):
    ids: Ids


class NewBrand(Body):
    url: str
    workspace_id: WorkspaceId = ""
    logo_url: str = ""
    collect_images: bool = True


class NewLogo(Body):
    logo_url: str


class Generation(Body):
    prompt: Prompt
    brand_session_id: Uuid
    aspect_ratio: AspectRatio = "1:1"
    image_size: ImageSize = "2K"
    model: Model = "pro"
    variant_count: Annotated[int, Field(ge=1, le=5)] = 1
    reference_image_ids: Annotated[list[Uuid], Field(max_length=10)] = []


class Edit(Body):
    prompt: Prompt
    brand_session_id: Uuid
    image_size: ImageSize = "2K"
    model: Model = "pro"
    reference_image_ids: Annotated[list[Uuid], Field(max_length=9)] = []


class Resize(Body):
    target_aspect_ratio: AspectRatio
    brand_session_id: Uuid


class ForBrand(Body):
    brand_session_id: Uuid


class UploadByUrl(ForBrand):
    image_url: str


class Search(ForBrand):
    query: Annotated[str, Field(min_length=1, max_length=500)]
    limit: Annotated[int, Field(ge=1, le=50)] = 10
    cursor: str = ""
    max_distance: Annotated[float, Field(ge=0, le=2)] = 0.7
