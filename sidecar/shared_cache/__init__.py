"""Logits that replicas share through Redis (extra `redis`), behind each one's own cache.

options         its settings
shared_logits   what the caches in front of the queues ask; never slow, and never in the way
write_behind    logits on their way out
store           what both ask of the place where values lie; redis_store: Redis
stored_logit    a logit as bytes, with a check
watch           where they report to
"""
