"""What can go wrong when a question is asked, sorted by who must act. For articles and their store: index/errors.py."""

from index.errors import UnknownArticle


class BadQuestion(ValueError):
    """The question cannot be asked as it is; the person who asks must change it."""


class ModelError(RuntimeError):
    """The chat model failed; its one argument says how, in words that a reader may see."""


class ModelRefused(ModelError):
    """The chat model will not answer before whoever runs the program has given it another key or another name."""


class BadSettings(ValueError):
    """A setting is unknown or has a value it cannot have; whoever runs the program must change it."""


class ArticleGone(UnknownArticle):
    """An article that a conversation asks was removed; the person may have it ask others."""


class UnknownConversation(KeyError):
    """No conversation of this person goes by that id; the person who named it must name another."""


class UnknownTurn(KeyError):
    """A conversation has no turn of that number; the person who named it must name another."""


class Busy(RuntimeError):
    """The conversation's last question is still being answered; the person may ask again when it is."""


class Stopped(Exception):
    """Whoever asked has gone or said stop; nobody needs to act."""
