"""Every setting: name, type, default, meaning. Nothing else reads the environment."""

import difflib
import os
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import platformdirs
import sqlalchemy as sa
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import BadSettings
from index.embedder import BUNDLED
from index.trained import TRAINED

PREFIX = "ASSISTANT_"
NO_MODEL = "none"


class Settings(BaseSettings):
    """Each is read from the environment variable of its name in capitals behind ASSISTANT_."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, populate_by_name=True)

    data_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("article-assistant", appauthor=False)),
        description="the folder that holds the library and its index",
    )
    database_url: str = Field(
        "",
        description="the database of conversations and keys, as `postgresql+psycopg://…`; else a file in the folder",
    )
    public_url: str = Field("", description="the address at which people reach the page, for links to passages")
    embedding_model: str = Field(
        BUNDLED,
        min_length=1,
        description="a sentence-transformers model: the bundled one, a folder, or a name on the hub",
    )
    reader: str = Field(
        TRAINED,
        min_length=1,
        description="what finds the sentences that answer: `trained`, `plain` (cosine and BM25), or a file of yours",
    )
    model: str = Field(
        NO_MODEL,
        description="the chat model that writes answers, PROVIDER:NAME; with `none` the articles’ own sentences answer",
    )
    model_base_url: str = Field("", description="the address of an OpenAI-compatible server, for `openai:NAME`")
    model_timeout_s: float = Field(60.0, gt=0, description="seconds that the model may take for an answer")
    history_tokens: int = Field(
        1500, ge=100, description="how much of the conversation the model is shown to make a follow-up question whole"
    )
    prompts_dir: Path | None = Field(None, description="a folder whose files, such as answer.md, replace ours")
    unsupported: Literal["show", "withhold"] = Field(
        "show", description="what becomes of a statement of the model that its sentences do not support"
    )
    support_floor: float = Field(
        0.4, ge=0, le=1, description="below this support by the sentences it cites a statement is unsupported"
    )
    doubt_floor: float = Field(0.1, ge=0, le=1, description="below this answerability the model is not even asked")
    answerability_floor: float = Field(
        0.4, ge=0, le=1, description="below this answerability the answer is “not found”"
    )
    most_sentences: int = Field(4, ge=1, le=20, description="how many sentences an answer quotes at most")
    candidates: int = Field(50, ge=1, le=1000, description="passages that search hands to the reader")
    read_all_sentences: int = Field(
        5000, ge=0, description="a library of up to this many sentences is read whole, whatever search finds"
    )

    allowed_hosts: str = Field(
        "", description="names the server may be reached by besides this machine’s and the public address, with commas"
    )
    requests_per_minute: int = Field(600, ge=1, description="HTTP requests that one key may make in a minute")
    streams_per_key: int = Field(8, ge=1, description="answers that may be on their way to one key at the same time")
    most_streams: int = Field(64, ge=1, description="answers that may be on their way to all keys at the same time")
    most_upload_bytes: int = Field(50_000_000, ge=1, description="bytes that an uploaded file may have")
    stop_after_s: float = Field(30.0, ge=0, description="seconds that answers get to end when the server is stopped")
    log_questions: bool = Field(False, description="whether the server’s log holds the questions")

    slack_bot_token: SecretStr = Field(
        SecretStr(""), validation_alias="SLACK_BOT_TOKEN", description="the bot’s token in Slack, xoxb-…"
    )
    slack_app_token: SecretStr = Field(
        SecretStr(""), validation_alias="SLACK_APP_TOKEN", description="the app’s token for Socket Mode, xapp-…"
    )
    slack_signing_secret: SecretStr = Field(
        SecretStr(""),
        validation_alias="SLACK_SIGNING_SECRET",
        description="what Slack signs requests with; set, the server takes them at /slack/events",
    )
    slack_api_url: str = Field(
        "https://slack.com/api/", validation_alias="SLACK_API_URL", description="where Slack’s Web API is"
    )
    slack_follow_threads: bool = Field(
        False, description="whether the bot answers in its threads in channels without being mentioned again"
    )

    @classmethod
    def variable(cls, name: str) -> str:
        """The environment variable of a setting."""
        alias = cls.model_fields[name].validation_alias if name in cls.model_fields else name
        return str(alias or PREFIX + name.upper())

    @field_validator("data_dir", "prompts_dir", mode="before")
    @classmethod
    def _a_folder(cls, given: object) -> object:
        if given == "":
            raise PydanticCustomError("folder", "a folder has a name; `.` is the one you are in")
        return given

    @field_validator("public_url")
    @classmethod
    def _an_address(cls, given: str) -> str:
        if given and not (given.startswith(("http://", "https://")) and _host(given)):
            raise PydanticCustomError("address", "an address begins with http:// or https:// and names a host")
        return given

    @property
    def conversations_url(self) -> str:
        """The database of conversations and keys: the one that is named, else a file in the data folder."""
        if self.database_url:
            return self.database_url
        address = sa.URL.create("sqlite", database=str(self.data_dir / "conversations.db"))
        return address.render_as_string(hide_password=False)  # it quotes what the folder's name holds

    @property
    def hosts(self) -> frozenset[str]:
        """The names the server may be reached by besides this machine's, in small letters."""
        names = {_host(self.public_url), *(name.strip().lower() for name in self.allowed_hosts.split(","))} - {""}
        return frozenset(name for name in names if not loopback(name))

    @classmethod
    def load(cls, **given: object) -> "Settings":
        """The settings of the environment, and before them what is `given`. Raises BadSettings."""
        known = {cls.variable(name) for name in cls.model_fields}
        for name in os.environ:
            if name.upper().startswith(PREFIX) and name.upper() not in known:
                near = difflib.get_close_matches(name.upper(), known, n=2, cutoff=0.5) or sorted(known)
                raise BadSettings(f"{name} is not a setting. Did you mean {' or '.join(near)}?")
        try:
            return cls(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
        except ValidationError as error:
            wrong = error.errors()[0]
            name = cls.variable(str(wrong["loc"][0]))
            raise BadSettings(f"{name} cannot be {wrong['input']!r}: {wrong['msg'].lower()}.") from error


def _host(address: str) -> str:
    """The name or number in an address, "" where there is none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def loopback(host: str) -> bool:
    """Whether only this machine can reach a server at `host`."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
