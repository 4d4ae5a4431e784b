"""`python -m sidecar` is `rerank-sidecar`."""

from sidecar.cli import main

if __name__ == "__main__":
    main()
