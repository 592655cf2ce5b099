"""What can go wrong with an article or its store, sorted by who must act."""


class BadSource(ValueError):
    """What was given cannot become an article; the person who gave it must give something else."""


class Unreachable(RuntimeError):
    """An address did not deliver; the person may try again, the owner may look at the network."""


class BadStore(RuntimeError):
    """The data folder cannot be used as it is; its owner must act."""


class UnknownArticle(KeyError):
    """No article, or more than one, goes by that name; the person who named it must name another."""
