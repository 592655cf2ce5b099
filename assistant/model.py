"""Which chat model a setting names, and what its failures mean."""

import json
from typing import Any, cast

from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel

from assistant.errors import BadSettings, ModelError, ModelRefused
from assistant.settings import NO_MODEL, Settings

EXTRAS = ("anthropic", "google_genai", "huggingface", "ollama", "openai")  # providers that pip can bring along
RETRIES = 2  # with back-off, when it is busy or cannot be reached; by the provider's client where that can
UNRETRIED = ("chat-ollama", "huggingface-chat-wrapper")  # kinds of models whose clients cannot
KEYS = {
    "anthropic": "ANTHROPIC_API_KEY",
    "google_genai": "GOOGLE_API_KEY",
    "huggingface": "HUGGINGFACEHUB_API_TOKEN",
    "openai": "OPENAI_API_KEY",
}


def chat_model(settings: Settings) -> BaseChatModel | None:
    """The model of the settings; None for `none`. Raises BadSettings when it cannot be made."""
    if settings.model == NO_MODEL:
        return None
    provider, _, name = settings.model.partition(":")
    if not name or provider not in EXTRAS:
        raise BadSettings(
            f"ASSISTANT_MODEL cannot be {settings.model!r}. Write PROVIDER:NAME; providers: {', '.join(EXTRAS)}."
        )
    options = _limits(provider, settings.model_timeout_s)
    if settings.model_base_url:
        options["base_url"] = settings.model_base_url
    try:
        return cast(BaseChatModel, init_chat_model(name, model_provider=provider, **options))
    except ImportError as error:
        raise BadSettings(
            f"The provider {provider!r} is not installed. Run: pip install 'article-assistant[{provider}]'"
        ) from error
    except Exception as error:  # noqa: BLE001 (each provider has its own errors for a missing key)
        raise BadSettings(f"{settings.model} cannot be used: {_first_line(error)}") from error


def _limits(provider: str, timeout_s: float) -> dict[str, Any]:
    """How each provider's client is told to wait no longer, and to try again."""
    if provider == "ollama":
        return {"client_kwargs": {"timeout": timeout_s}}
    if provider == "huggingface":  # a served model; it would else be downloaded and run here
        return {"backend": "endpoint", "timeout": timeout_s}
    return {"timeout": timeout_s, "max_retries": RETRIES}


def cure(settings: Settings) -> str:
    """What to do when the provider refuses the key or does not know the model."""
    provider, _, name = settings.model.partition(":")
    if provider == "ollama":
        return f"Run: ollama pull {name}"
    return f"Check {KEYS[provider]} and the name in ASSISTANT_MODEL, or set ASSISTANT_MODEL=none."


def retries(model: BaseChatModel, error: Exception) -> int:
    """How often to try again after `error`, which came before the first word; 0 where the client has done it."""
    passing = isinstance(error, (OSError, TimeoutError)) or _status(error) in (429, 500, 502, 503, 504, 529)
    passing = passing or "connect" in type(error).__name__.lower()
    return RETRIES if passing and model._llm_type in UNRETRIED else 0


def _status(error: Exception) -> Any:
    return getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)


def failure(error: Exception) -> ModelError:
    """What went wrong with a model, in words without anything secret."""
    name = type(error).__name__.lower()
    status = _status(error)
    if "timeout" in name or isinstance(error, TimeoutError):
        return ModelError("it did not answer in time")
    if status == 429 or "ratelimit" in name:
        return ModelError("it takes no more questions at the moment (rate limit)")
    refused = "authentication" in name or "permission" in name or "api key not valid" in str(error).casefold()
    if status in (401, 403) or refused:
        return ModelRefused("it refused the key")
    if status == 404 or "notfound" in name:
        return ModelRefused("the provider does not know this model")
    if "connect" in name or isinstance(error, OSError):
        return ModelError("it could not be reached, or the connection was lost")
    if isinstance(error, json.JSONDecodeError) or str(error) == "No generation chunks were returned":
        return ModelError("what came was no reply of a chat model; is its address right?")
    return ModelError(f"it failed with status {status}" if status else f"it failed ({type(error).__name__})")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
