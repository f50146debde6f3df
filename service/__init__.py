"""The verifier as a service: HTTP in, a verdict out, and a signature where the operator gave a key."""
