"""Scripts that run in the peers' own Python environments. No other file imports them.

driver                      serves an adapter over standard input and output
with_fastembed              fastembed
with_flashrank              FlashRank
with_llama_cpp              llama.cpp, by llama-cpp-python
with_onnxruntime            a bare onnxruntime loop
with_openvino               sentence-transformers, by OpenVINO
with_sentence_transformers  sentence-transformers, by torch or ONNX
with_sidecar                the sidecar without HTTP; the only one that imports our packages
embeddings/                 the same libraries with encoders
"""
