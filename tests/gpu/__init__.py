"""What can only be measured on a GPU, as one command, tried on a CPU by the tests beside it.

python -m tests.gpu --out DIR                         with a GPU; docs/lab/gpu.md says how
python -m tests.gpu --out DIR --device cpu --small    the same code on a CPU, tiny models

Among it are graphs that no command of the package makes yet: device_int8, decoder_graph,
decoder_prefix (by graph_writer) and buckets.
"""
