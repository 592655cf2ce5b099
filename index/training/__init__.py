"""How the reader's weights were made. Never imported at run time."""
