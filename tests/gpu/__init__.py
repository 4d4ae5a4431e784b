"""Measurements that need a GPU, as one command; the tests here try its code on a CPU.

python -m tests.gpu --out DIR                         with a GPU; docs/lab/gpu.md says how
python -m tests.gpu --out DIR --device cpu --small    the same code on a CPU, tiny models

__main__         runs the steps: install, ceilings, numerics, throughput of each shape, serving
bench            what every step gets; record: figures in a file; timing, targets: what they mean
shapes           networks of published sizes with random weights; workloads: lengths of pairs
shape_graphs     the graphs of a shape; shipped_graphs: those of the shipped model
torch_peer       torch's own layers, to compare with

Experiments, graphs that no command of the package makes yet:
device_int8      products in int8 with CUDA's operators
decoder_graph    a decoder with fused attention; decoder_prefix: one in two graphs, by graph_writer
shared_prefix    runs the two; buckets: runs of fixed shapes, for CUDA graphs
"""
