"""YAML texts: parsed as OmegaConf reads them but strictly and within limits, edited, merged and written.

Law of the room: from text to value and from value to text. It knows no kind and no file.
"""
