"""`rerank-sidecar bench kernels`: where the time of a run goes, and how near its matrix products
come to onnxruntime's fastest integer products.

kernel_benchmark  a model folder -> KernelFigures, everything in turn in one process
graph_profile     onnxruntime's profile -> time by kind of operator, and the matrix products
bare_matmul       a matrix product of a given size as a graph of one node
kernel_tables     KernelFigures -> the screen
"""
