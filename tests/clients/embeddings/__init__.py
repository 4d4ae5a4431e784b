"""Other people's clients of embedding APIs against the real service."""
