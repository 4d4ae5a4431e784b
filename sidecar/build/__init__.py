"""Makes model folders: `python -m sidecar.build train|export|measure`.

Needs the extra `build` (torch, transformers, onnx, ...). Serving never imports this package.

    data, products   the training collections -> Groups (a query, one positive, negatives)
    mine             a bi-encoder: hard negatives, and the teacher of the distillation
    network          the cross-encoder: a BERT encoder and a logit head
    train            Groups -> checkpoint folder
    export           checkpoint -> one float ONNX graph
    quantize         that graph -> an int8 and a float graph over one int8 weight file
    package          both graphs -> a model folder with its manifest and card
    measure          a model folder -> nDCG@10 on judged collections
"""
