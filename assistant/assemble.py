"""Settings to an Assistant: the one place where the parts are put together."""

from functools import partial

from assistant.ask import Assistant
from assistant.settings import Settings
from index.catalog import Catalog
from index.embedder import Embedder


def catalog(settings: Settings) -> Catalog:
    """The catalog of the data folder; its models are loaded when first needed."""
    model = settings.embedding_model
    return Catalog(settings.data_dir, partial(Embedder, model), model)


def assistant(settings: Settings) -> Assistant:
    return Assistant(catalog(settings), settings)
