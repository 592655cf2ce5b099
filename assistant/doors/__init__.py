"""The ways in: each turns its caller's words into a question and an `Answer` into its own form."""
