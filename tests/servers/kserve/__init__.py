"""KServe: makes endpoints of InferenceServices."""
