"""`rerank-sidecar install | uninstall | verify elasticsearch | opensearch`.

options     the options that the commands share, and how their values are read
connection  the cluster's official client, made from the options
install     `install` and `uninstall`: show the changes, ask, apply them
verify      `verify`: show the checks
display     plans and reports on the terminal

install, verify -> options, connection, display -> es_integration
"""
