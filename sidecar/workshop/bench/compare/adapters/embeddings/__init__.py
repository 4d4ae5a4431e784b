"""Adapters of libraries that make vectors: a document's logit is its cosine with the query.

Each encodes the query and the documents of a request together, as texts of one kind.
"""
