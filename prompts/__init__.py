"""The words sent to a chat model."""
