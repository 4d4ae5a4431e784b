"""Who may reach the service and do what: addresses, TLS, API keys and their scopes.

api_key         a key as the service knows it: name, digest, scopes, quota, expiry
key_file        the TOML file of keys: read, and written to by `rerank-sidecar key new`
key_ring        all keys in force, and the one that a request brought
key_store       the key ring, made again when its file changes
quotas          how much each key may still ask for
listening       the settings of addresses and certificates
origins         of web pages that may call the service
request_limits  what one client may take
certificate     when a certificate ends
server_tls      TLS whose certificates can change while a port listens
file_changes    whether files have changed and are written to their end

Nothing here knows HTTP: `sidecar.http.authorization` reads headers and routes.
"""
