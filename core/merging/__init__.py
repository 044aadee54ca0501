"""Several records that are the same become one: candidates, the merge itself, and its way back."""
