"""`rerank-sidecar install | uninstall | verify elasticsearch | opensearch`.

options          each option: its type, help and environment variable
cluster_options  the options that the commands share, and what is made of them
install          `install` and `uninstall`: show the changes, ask, apply them
verify           `verify`: show the checks
display          plans and reports on the terminal

install, verify -> cluster_options -> options      install, verify -> display -> es_integration
"""
