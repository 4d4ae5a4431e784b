"""What the service says of itself.

metrics   every Prometheus metric, one table
logs      JSON lines on standard output
"""
