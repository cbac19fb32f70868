"""A forge that writes a page for each proposal, and a runner that trains extremely randomised trees."""
