"""Scripts that run in the peers' own Python environments. No other file imports them.

driver                      serves an adapter over standard input and output
with_fastembed              fastembed
with_flashrank              FlashRank
with_onnxruntime            a bare onnxruntime loop
with_sentence_transformers  sentence-transformers, by torch or ONNX
with_sidecar                the sidecar without HTTP; the only one that imports our packages
"""
