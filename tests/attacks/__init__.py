"""Attacks, each a test: what a client, a neighbour on the network, or the author of a file can try.

docs/threats.md lists them with their defences. They run on 127.0.0.1, bounded in time.

    bodies          bodies that promise more than they weigh: bombs, millions of values, depth
    http_shapes     requests with two readings, header floods, paths
    slow_clients    connections that dawdle, and connections without number
    model_folders   folders whose graph, tokenizer or manifest reaches for more than numbers
    profiles        profiles that never end, run code, or read other files
    stuffing        what writing to the model gains a document: `python -m`, on judged queries
    random_bytes    changed requests over raw sockets, for as long as you like: `python -m`
    costs           texts and documents on which a reader could take the square of their length
    patterns        every regular expression and its worst texts; `python -m` it for the long form
    words           words of clients in labels, logs and headers; odd numbers and bytes
"""
