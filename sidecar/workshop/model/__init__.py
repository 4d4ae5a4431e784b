"""Makes model folders: what is behind the commands `rerank-sidecar model ...`.

All but `score_reference` needs the extra `build` (torch, transformers, onnx, ...). Serving never
imports this package.

    hub                  a hub name or a folder -> the folder with the model's files
    pretrained           a Hugging Face folder -> config, weights, tokenizer and card
    families             such a folder -> a Checkpoint; one file per model family
    checkpoint           what a Checkpoint is
    export, weights      a Checkpoint -> one fp32 graph and its weight file
    package              the same -> a whole model folder with its manifest
    staging              a folder is written beside its place and moved there in one step
    folder_files         files of a model folder: linked, written, sized
    graphs               the graphs that a model folder may have
    canonical            the eight pairs that every manifest carries with their logits
    quantizing           the fp32 graph -> int8, float and fp16 graphs
    quantization_sample  the sample pairs that quantisation is measured on
    runner               a graph's logits, as the service computes them
    check                a model folder against its source, and on judged collections
    score_reference      how a running service's scores are distributed, into the manifest
    training             groups of documents -> a checkpoint, which `families` opens
    vocabulary           a folder with the pieces of some languages alone
    recipe               the collections and the mixture of the shipped model
    bm25, text_pair, progress, measurement_cache   shared by several of them
"""
