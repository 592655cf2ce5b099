"""Settings to an Assistant: the one place where the parts are put together."""

from functools import partial

from assistant.ask import Assistant
from assistant.model import chat_model
from assistant.settings import Settings
from index.catalog import Catalog
from index.embedder import Embedder


def catalog(settings: Settings) -> Catalog:
    """The catalog of the data folder; its models are loaded when first needed."""
    model = settings.embedding_model
    return Catalog(settings.data_dir, partial(Embedder, model), model)


def assistant(settings: Settings) -> Assistant:
    """Raises BadSettings when the model of the settings cannot be used; nothing is opened then."""
    model = chat_model(settings)
    return Assistant(catalog(settings), settings, model)
