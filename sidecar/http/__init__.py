"""The service over HTTP.

serve           settings -> a listening process, and down again
listener        a listening port with an app behind it
handshakes      TLS handshakes that fail
app             the routes
cors            which web pages of other origins may call
paths           spare slashes, a prefix that a proxy keeps, what is near an unknown path
middleware      what wraps every request: its id, key, error body, log line
refusals        what a request is answered with when its handler raises
answer_metrics  what an answered request adds to the metrics
judged_answers  how good the orders of judged queries are
traces          a span for each rerank request; otel: what sends spans and metrics
authorization   which API key a route needs, and which one a request has
reloading       files that are read again while the service runs
handlers        the rerank handler of all dialects; probes, metrics, /openapi.json
embeddings      the handler of all embedding dialects
connections     how long and how many: idle, slow and too many connections
request_body    a body, read within its limits
content_coding  gzip and deflate bodies
info            /info
admin           what operators ask, below /admin
discovery       /v1/models, one of them, /meta
docs_page       /docs, the OpenAPI document as a page
playground      the page to try searches on
readings        what a profile reads of a search's documents, for that page
pages           what both pages have in common
admin_models    /admin/models: models are loaded, replaced and unloaded
live_models     who answers a request, and every change of the models; model_metrics: their rows
experiments     which arm of an experiment a request is in, and what that does; experiment_names:
                whether the profiles and models of arms are there
hangup          SIGHUP: models, judgements and experiments of the settings are read again
service         what an app shares: settings, metrics, models, state
keys            what an app and a request carry
json_response   JSON answers beside the dialects'
"""
