"""`rerank-sidecar install | uninstall | verify elasticsearch | opensearch`.

options   what the three commands share: which cluster, which sidecar, which profile
wiring    what the options mean for each engine
install   shows what would change, asks, changes
verify    the chain, link by link
"""
