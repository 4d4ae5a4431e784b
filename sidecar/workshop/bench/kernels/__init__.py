"""`rerank-sidecar bench kernels`: where the time of a run goes, and how near its products come to
onnxruntime's own integer products.

profiled   a profile's events -> time by kind of operator, the products, their operations
products   a product of a given size as a graph of one node
measure    a model folder -> KernelFigures, everything by turns in one process
table      KernelFigures -> the screen
"""
