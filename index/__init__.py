"""An article, cut into passages that can be found."""
