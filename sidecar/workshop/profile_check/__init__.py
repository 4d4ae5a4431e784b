"""`rerank-sidecar profile check`: what a profile reads of a user's own documents.

feed       documents from a file of JSON, JSON lines, or CSV
coverage   over all documents: which fields were found, what signals read, what was ignored
tables     the coverage on the screen
"""
