"""MovieLens sets that a user asks for by name: where they lie, how they are fetched, the one door to a network."""
