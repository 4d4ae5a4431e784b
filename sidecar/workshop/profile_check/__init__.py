"""`rerank-sidecar profile check`: what a profile reads of a user's own documents.

feed       documents from a file of JSON, JSON lines, or CSV
tables     the coverage on the screen
parts      what signals and rules add for one query, on the screen
"""
