"""The demonstration: a sample book, its proof, its verification, a forgery, and a report."""
