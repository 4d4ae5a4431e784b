"""Wire contracts: bytes to the nouns of `sidecar.request`, and back. Pure: no I/O, no asyncio.

routes            the dialect of a path and a body, and the request of a body
dialects          every dialect, one file each, and how to add one
embeddings        the same for embeddings, with its own bodies, dialects and routes
dialect           what a dialect consists of
control           the keys that every dialect takes, and the headers that replace them
body              what request bodies have in common: query, documents, shared keys
loose_types       numbers and booleans as the real servers take them
validation        JSON to a valid body, and faults with their JSON path
content_parts     texts that are written as chat messages are
results           what responses have in common: scores, documents, usage
extras            warnings, explanations and the count of `min_score` in a response
numbers           scores as JSON numbers that every client reads
errors            the one error body
examples          an answer and a refusal to each dialect's example
openapi           /openapi.json, made from all of these
openapi_schemas   its schemas of bodies and responses; openapi_embeddings
read_only_routes  what it says of the routes for GET, which are no dialect's
readings          the playground's own call, which is no dialect's either
admin_models      what the admin routes for models take and answer
stamp             the clock of responses that carry a date
"""
