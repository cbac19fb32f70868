"""What is exported and sent, read by the formats' own libraries, which live in an environment of their own.

environment    that environment: where it is, and how it is installed (`make servers`)
reading        what runs in it: each format's library reads a file, and says what is wrong with it
"""
