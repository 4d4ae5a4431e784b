"""What the service says of itself.

metrics          every Prometheus metric of the service
effect_metrics   those that show whether reranking does anything
quality_metrics  those of searches whose query is judged
canary_metrics   those of the canary
score_drift      whether a model's logits are distributed as they were
cost             what reranking costs, from a price per hour
tracing          spans by OpenTelemetry (extra `otel`)
otlp_metrics     the metrics by OpenTelemetry too
logs             JSON lines on standard output
"""
