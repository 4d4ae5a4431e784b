"""Makes model folders: what is behind `rerank-sidecar model export|quantize|check|train`.

Needs the extra `build` (torch, transformers, onnx, ...). Serving never imports this package.

    hub, pretrained      a hub name or a folder -> config, weights and tokenizer
    families             those -> a Source; one file per family of models
    source               what a Source is
    export, weights      a Source -> one float graph, and a weight file of its own
    package, place       the same -> a model folder with its manifest, in one step or not at all
    graphs               the graphs that a model folder may have
    quantizing           that folder's fp32 graph -> int8, float and fp16 graphs
    runner               a graph's logits, as the service computes them
    lines, journal, bm25 what several of them use
    check                a model folder against its Source, and on judged collections
    network, training    groups of pairs -> a checkpoint, which is a Source again
    recipe               the collections and the mixture of the shipped model
"""
