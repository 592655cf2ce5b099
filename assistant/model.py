"""Which chat model a setting names, and what its failures mean."""

from typing import Any, cast

from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel

from assistant.errors import BadSettings, ModelError
from assistant.settings import NO_MODEL, Settings

EXTRAS = ("anthropic", "google_genai", "huggingface", "ollama", "openai")  # providers that pip can bring along
RETRIES = 2  # by the provider's client, with back-off, when it is busy or cannot be reached


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


def failure(error: Exception) -> ModelError:
    """What went wrong with a model, in words without anything secret."""
    name = type(error).__name__.lower()
    status = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    if "timeout" in name or isinstance(error, TimeoutError):
        return ModelError("it did not answer in time")
    if status == 429 or "ratelimit" in name:
        return ModelError("it takes no more questions at the moment (rate limit)")
    if status in (401, 403) or "authentication" in name or "permission" in name:
        return ModelError("it refused the key")
    if status == 404 or "notfound" in name:
        return ModelError("the provider does not know this model")
    if "connect" in name or isinstance(error, OSError):
        return ModelError("it could not be reached, or the connection was lost")
    return ModelError(f"it failed with status {status}" if status else f"it failed ({type(error).__name__})")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
