"""Attacks, each a test: what a client, a neighbour on the network, or the author of a file can try.

docs/threats.md lists them with their defences. They run on 127.0.0.1, bounded in time.

    bodies          bodies that promise more than they weigh: bombs, millions of values, depth
    http_shapes     requests with two readings, header floods, paths
    slow_clients    connections that dawdle, and connections without number
    model_folders   folders whose graph, tokenizer or manifest reaches for more than numbers
    costs           texts and documents on which a reader could take the square of their length
"""
