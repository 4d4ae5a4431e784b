"""What both engines' install, uninstall and verify are made of.

procedure   a conversation with a cluster, written once for the sync and the async client
change      what would be done to a cluster, shown before it is done
link        what `verify` found at each link of the chain
"""
