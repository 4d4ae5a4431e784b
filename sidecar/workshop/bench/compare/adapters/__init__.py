"""Scripts that run in the peers' own Python environments. No other file imports them.

driver                      serves an adapter over standard input and output
with_fastembed              fastembed; with_fastembed_vectors its encoder
with_flashrank              FlashRank
with_llama_cpp              llama.cpp, by llama-cpp-python
with_onnxruntime            a bare onnxruntime loop; with_onnxruntime_vectors over an encoder
with_openvino               sentence-transformers, by OpenVINO; encoders too
with_sentence_transformers  sentence-transformers, by torch or ONNX; encoders too
with_sidecar                the sidecar without HTTP; the only one that imports our packages

The logits of an encoder are the cosines of a request's documents with its query, all encoded
together as texts of one kind.
"""
