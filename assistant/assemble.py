"""Settings to an Assistant: the one place where the parts are put together."""

from functools import partial

import prompts
from assistant.ask import Assistant
from assistant.conversations import Conversations
from assistant.errors import BadSettings
from assistant.model import chat_model
from assistant.settings import Settings
from index.catalog import Catalog
from index.database import Database
from index.embedder import Embedder


def catalog(settings: Settings) -> Catalog:
    """The catalog of the data folder; its models are loaded when first needed."""
    model = settings.embedding_model
    return Catalog(settings.data_dir, partial(Embedder, model), model)


def conversations(settings: Settings) -> Conversations:
    """Those of the settings' database; a file in the data folder, which `catalog` must have opened first."""
    return Conversations(Database(settings.conversations_url, "The database of conversations"))


def assistant(settings: Settings) -> Assistant:
    """Raises BadSettings when the model or the prompts of the settings cannot be used; nothing is opened then."""
    model = chat_model(settings)
    try:
        prompts.check(settings.prompts_dir)
    except prompts.BadPrompt as error:
        raise BadSettings(str(error)) from error
    return Assistant(catalog(settings), settings, model)
