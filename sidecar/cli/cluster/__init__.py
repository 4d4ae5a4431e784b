"""The commands that set a cluster up and check it: Elasticsearch and OpenSearch.

options          each option: its type, help and environment variable
cluster_options  the options that the commands share, and what is made of them
connection       the cluster's official client, made from the options
install          `install` and `uninstall`: show the changes, ask, apply them
verify           `verify`: show the checks
canary           `canary`: the checks again and again, as metrics
canary_rounds    these rounds
canary_in_serve  the same inside `serve`, by its settings
processors       `processors`: print what goes into a pipeline that users have already
display          plans and reports on the terminal

install, verify -> cluster_options -> connection -> options      processors -> connection, options
install, verify -> display -> es_integration
"""
