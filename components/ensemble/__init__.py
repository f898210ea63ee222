"""Ensemble: models of several trunks, trained apart, as one SavedModel that answers with their mean."""
