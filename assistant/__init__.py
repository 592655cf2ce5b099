"""Answers questions about articles, with exact citations."""
