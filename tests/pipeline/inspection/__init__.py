"""`inspect`, on workspaces that were made up."""
