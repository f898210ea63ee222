"""All pictures judged together: what was found, who belongs together, and who stands where."""
