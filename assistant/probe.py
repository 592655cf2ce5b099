"""Does the chat model of the settings answer? Asked once, at the start."""

from threading import Event

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage

from assistant.errors import BadSettings, ModelError, ModelRefused
from assistant.listen import heard, listen
from assistant.model import cure
from assistant.settings import Settings

LONGEST_WAIT_S = 10.0


def probe(model: BaseChatModel, settings: Settings) -> str:
    """Ask for one word: empty when one comes, else a warning in words; the articles' own sentences answer meanwhile.

    Raises BadSettings when the key is refused or the provider does not know the model.
    """
    try:
        wait_s = min(settings.model_timeout_s, LONGEST_WAIT_S)
        for _ in heard(listen(model, [HumanMessage("Say yes.")], wait_s, Event()), 0, thoughts=True):
            pass
    except ModelRefused as error:
        raise BadSettings(f"{settings.model} cannot be used: {error}. {cure(settings)}") from error
    except ModelError as error:
        return f"{settings.model} does not answer now: {error}. Until it does, the articles' own sentences answer."
    return ""
