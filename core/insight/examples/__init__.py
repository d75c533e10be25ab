"""Small worked examples for the guide, computed by the same functions that train and measure."""
