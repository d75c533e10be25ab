"""The Sequences page: a user in time, the windows over it, and what the model makes of each."""
