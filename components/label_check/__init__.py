"""LabelCheck: which labels are likely wrong, in every split."""
