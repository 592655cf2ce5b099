"""Does the chat model of the settings answer? Asked once, at the start."""

from threading import Event

from langchain_core.language_models import BaseChatModel

from assistant.errors import BadSettings, ModelError, ModelRefused
from assistant.listen import reply
from assistant.model import cure
from assistant.settings import Settings

LONGEST_WAIT_S = 10.0


def probe(model: BaseChatModel, settings: Settings) -> str:
    """Ask for one word: empty when one comes, else a warning in words; the articles' own sentences answer meanwhile.

    Raises BadSettings when the key is refused or the provider does not know the model.
    """
    try:
        reply(model, "Say yes.", min(settings.model_timeout_s, LONGEST_WAIT_S), Event(), most=0)
    except ModelRefused as error:
        raise BadSettings(f"{settings.model} cannot be used: {error}. {cure(settings)}") from error
    except ModelError as error:
        return f"{settings.model} does not answer now: {error}. Until it does, the articles' own sentences answer."
    return ""
