"""What both engines' install, uninstall and verify are made of.

procedure   a conversation with a cluster, written once for the sync and the async client
asking      what their calls and refusals have in common
change      what would be done to a cluster, shown before it is done
login       how a cluster is reached; product: which of the two it is
link        what `verify` found at each link of the chain; probe: what it sends, and judges
"""
